import { execFileSync, spawnSync } from 'node:child_process';
import { deflateRawSync, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../test/_util/random.js';
import { describeWithTool } from '../../../test/_util/required-tool.js';
import { decompress } from './inflate.js';

const LIMIT_BYTES = 4 * 2 ** 20;
const TEXT = 'hello hello hello hello world';
/** `TEXT` by the reference encoder 1.5.4: a compressed block, a checksum. */
const FRAME = Buffer.from('KLUv/QRYjQAAWGhlbGxvIHdvcmxkAQDxShHXX5PU', 'base64');
const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];

const zstd = (body: Buffer, maxBytes = LIMIT_BYTES) => decompress(body, 'zstd', maxBytes);
const frame = (...rest: number[]) => Buffer.from([...MAGIC, ...rest]);
const damage = {
  code: 'malformed_payload',
  message: 'The body is not complete and valid zstd data.',
  field: 'body',
};

/** A last block of `bytes`: 0 stored, 1 repeated, 2 compressed, 3 reserved. */
function lastBlock(type: number, bytes: readonly number[], size = bytes.length): number[] {
  const header = (size << 3) | (type << 1) | 1;
  return [header & 0xff, (header >> 8) & 0xff, header >> 16, ...bytes];
}

describe('deflate', () => {
  it('is taken in the zlib form and raw', async () => {
    for (const level of [0, 1, 9]) {
      const body = Buffer.from(TEXT.repeat(level * 50));
      expect(await decompress(deflateSync(body, { level }), 'deflate', LIMIT_BYTES)).toEqual(body);
      expect(await decompress(deflateRawSync(body, { level }), 'deflate', LIMIT_BYTES)).toEqual(body);
    }
  });

  it('has the same limits in both forms', async () => {
    for (const encode of [deflateSync, deflateRawSync]) {
      await expect(decompress(encode(Buffer.alloc(2000)), 'deflate', 1999)).rejects.toMatchObject({
        code: 'payload_too_large',
      });
      const cut = encode(Buffer.from(TEXT)).subarray(0, 12);
      await expect(decompress(cut, 'deflate', LIMIT_BYTES)).rejects.toMatchObject({
        code: 'malformed_payload',
      });
    }
  });
});

describe('zstd', () => {
  it('reads frames one after the other and skips those that are not content', async () => {
    const skippable = Buffer.from([0x5f, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const several = Buffer.concat([skippable, FRAME, skippable, FRAME]);
    expect(String(await zstd(several))).toBe(TEXT + TEXT);
    expect(await zstd(skippable)).toHaveLength(0);
    expect(await zstd(frame(0x20, 0, ...lastBlock(0, [])))).toHaveLength(0);
  });

  it('reads stored and repeated blocks', async () => {
    expect(String(await zstd(frame(0x20, 2, ...lastBlock(0, [0x6f, 0x6b]))))).toBe('ok');
    expect(String(await zstd(frame(0x20, 5, ...lastBlock(1, [0x61], 5))))).toBe('aaaaa');
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['no frame', Buffer.from('no zstd at all')],
    ['the magic alone', frame()],
    ['a frame without its last byte', FRAME.subarray(0, -1)],
    ['bytes after the last frame', Buffer.concat([FRAME, Buffer.from([1])])],
    ['a wrong checksum', Buffer.concat([FRAME.subarray(0, -1), Buffer.from([0])])],
    ['a reserved bit', frame(0x28, 0, ...lastBlock(0, []))],
    ['a reserved type of block', frame(0x20, 1, ...lastBlock(3, [1]))],
    ['less than it declares', frame(0x20, 3, ...lastBlock(0, [1, 2]))],
    ['more than it declares', frame(0x20, 1, ...lastBlock(0, [1, 2]))],
    ['a block beyond its window', frame(0x00, 0x00, ...lastBlock(1, [1], 1025))],
    ['a skippable frame that ends late', Buffer.from([0x50, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0xff, 0])],
    ['a Huffman table that there is not', frame(0x20, 9, ...lastBlock(2, [0x93, 0x40, 0, 1, 0]))],
  ])('refuses %s', async (_name, body) => {
    await expect(zstd(body)).rejects.toMatchObject(damage);
  });

  it('refuses a dictionary and says so', async () => {
    await expect(zstd(frame(0x21, 7, 1, ...lastBlock(0, [1])))).rejects.toMatchObject({
      code: 'malformed_payload',
      message: expect.stringContaining('dictionary'),
    });
  });

  it('refuses by what a frame declares, before it sets anything aside', async () => {
    const window = 2 ** 41;
    await expect(zstd(frame(0x00, 0xf8, ...lastBlock(0, [1])))).rejects.toMatchObject({
      code: 'payload_too_large',
      excess: { limit: `${8 * 2 ** 20} bytes`, measured: `${window} bytes` },
    });
    const content = frame(0xe0, 0, 0, 0, 0, 0, 0, 0, 0x80, ...lastBlock(0, [1]));
    await expect(zstd(content)).rejects.toMatchObject({ code: 'payload_too_large' });
  });

  it('stops at the limit and at the ratio', async () => {
    const limited = frame(0x00, 0x38, ...lastBlock(1, [1], 100_000));
    expect(await zstd(limited, 100_000)).toHaveLength(100_000);
    await expect(zstd(limited, 99_999)).rejects.toThrow('the limit is 99999');
    const blocks = Array.from({ length: 12 }, () => [0x02, 0x00, 0x10, 7]).flat();
    await expect(zstd(frame(0x00, 0x38, ...blocks))).rejects.toThrow('500-fold');
  });

  it('spends no time on a count of sequences that lies', async () => {
    const [manySequences, longestMatch] = [[0xff, 0xff, 0xff], 52];
    const block = [0, ...manySequences, 0x54, 0, 0, longestMatch, 0x80];
    const startMs = performance.now();
    await expect(zstd(frame(0x00, 0x38, ...lastBlock(2, block)))).rejects.toMatchObject(damage);
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });
});

const missingZstd = (): string | undefined =>
  spawnSync('zstd', ['--version']).status === 0 ? undefined : 'zstd is not installed';

describeWithTool(missingZstd(), 'frames of the reference encoder', () => {
  const compress = (body: Buffer, ...args: string[]) =>
    execFileSync('zstd', ['-q', '-c', ...args], { input: body, maxBuffer: 2 ** 26 });
  const random = new Random(7);
  const bytes = (length: number) => Buffer.from(Array.from({ length }, () => random.below(256)));
  const words = Array.from({ length: 300 }, () => bytes(3 + random.below(9)).toString('base64'));
  const text = Buffer.from(Array.from({ length: 40_000 }, () => words[random.below(300)]).join(' '));
  const mixed = Buffer.concat([text.subarray(0, 200_000), bytes(40_000), Buffer.alloc(150_000, 7), text]);

  it.each(['--fast=5', '-1', '-3', '-9', '-19', '--no-check', '--long=23'])(
    'are read: %s',
    async (option) => {
      for (const body of [Buffer.alloc(0), Buffer.from('a'), Buffer.alloc(900_000), mixed])
        expect((await zstd(compress(body, option))).equals(body)).toBe(true);
    },
  );

  it('are refused when they need a window above 8 MiB', async () => {
    await expect(zstd(compress(text, '--long=24'))).rejects.toThrow(/declares a window of 16777216 bytes/);
  });

  it('are read as they were or refused when damaged, never anything else', async () => {
    const source = text.subarray(0, 3_000);
    for (const option of ['-3', '-19', '--fast=5']) {
      const whole = compress(source, option);
      for (let turn = 0; turn < 400; turn++) {
        const broken = Buffer.from(
          whole.subarray(0, turn % 4 === 0 ? random.below(whole.length) : undefined),
        );
        for (let hit = 0; hit <= turn % 3; hit++)
          if (broken.length > 0) broken.writeUInt8(random.below(256), random.below(broken.length));
        const outcome = await zstd(broken).then(
          (out) => (out.equals(source) ? 'same' : 'other'),
          ({ code }) => code,
        );
        expect(['same', 'malformed_payload', 'payload_too_large']).toContain(outcome);
      }
    }
  });
});
