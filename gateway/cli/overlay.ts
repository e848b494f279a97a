import { AppError } from '../../lib/errors/app-error.js';

const wrong = (message: string) => new AppError('invalid_argument', message);

/** Own limits with `name=number` or `name=inherit` laid over them. Which names there are, the gateway knows. */
export function overlayLimits(
  own: Readonly<Record<string, number>>,
  settings: readonly string[],
): Record<string, number> {
  const limits = { ...own };
  for (const setting of settings) {
    const [, name = '', value = ''] = /^([a-z_]+)=(\d+|inherit)$/.exec(setting.replaceAll('-', '_')) ?? [];
    if (name === '') throw wrong(`--limit: expected name=number or name=inherit, got "${setting}".`);
    if (value === 'inherit') delete limits[name];
    else limits[name] = Number(value);
  }
  return limits;
}

export interface ProjectJson {
  readonly id: number;
  readonly path: string;
  readonly enabled: boolean;
}

/** Projects with `id=path` or `id=path:off` laid over them. */
export function overlayProjects(own: readonly ProjectJson[], settings: readonly string[]): ProjectJson[] {
  const projects = new Map(own.map((project) => [project.id, project]));
  for (const setting of settings) {
    const [, id = '', path = '', off] = /^(\d+)=(.+?)(:off)?$/.exec(setting) ?? [];
    if (id === '') throw wrong(`--project: expected id=path or id=path:off, got "${setting}".`);
    projects.set(Number(id), { id: Number(id), path, enabled: off === undefined });
  }
  return [...projects.values()];
}
