import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** An HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

/** What to ask besides method and URL. */
export interface AskOptions {
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

const TIMEOUT_MS = 30_000;

/** Asks a server. Not fetch: that one doesn't let the Host header be chosen. */
export async function ask(method: string, url: string, { headers, body }: AskOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? requestSecure : requestPlain;
    const asked = request(url, { method, headers, timeout: TIMEOUT_MS, agent: false }, answer => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(chunks) }));
      answer.on('error', reject);
    });
    asked.on('timeout', () => asked.destroy(new Error(`${method} ${url}: no answer within ${TIMEOUT_MS / 1000} s`)));
    asked.on('error', reject);
    asked.end(body);
  });
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
