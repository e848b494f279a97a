import type { PlacementRoute } from '../../../gen/es/gob/tenantquota/v1/moves_pb.js';

export type Route = Pick<PlacementRoute, 'tenantId' | 'fromDatabase' | 'toDatabase' | 'token'>;

/** Tenants whose rows go to another database than admission says, because they are being moved. */
export class Routes {
  #byTenant: ReadonlyMap<number, Route> = new Map();

  get all(): readonly Route[] {
    return [...this.#byTenant.values()];
  }

  replace(routes: readonly Route[]): void {
    this.#byTenant = new Map(routes.map((route) => [route.tenantId, route]));
  }

  /** Where rows that were admitted for a database go. */
  databaseOf(tenantId: number, admitted: string): string {
    const route = this.#byTenant.get(tenantId);
    return route?.fromDatabase === admitted ? route.toDatabase : admitted;
  }
}
