import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Ground } from './ground';

/** A request that left a client. */
export interface Asked {
  readonly host: string;
  readonly path: string;
  readonly auth: string;
  /** Whether it had the token in it, in a header or its body. */
  readonly token: boolean;
}

const NAMES = ['docker.io', 'registry-1.docker.io', 'index.docker.io', 'quay.io', 'public.ecr.aws', 'ghcr.io', 'collector.example.com', 'blobs.example.com'];
const COLLECTOR = 'collector.example.com', BLOBS = 'blobs.example.com';

/**
 * The network of a client that takes `HTTPS_PROXY`: nothing of it leaves this machine. ECR's host is the engine; every other host asks for a token of
 * a collector, as a hostile registry may.
 */
export class MirroredNetwork {
  public static async start(ground: Ground, registry: string): Promise<MirroredNetwork> {
    const [key, certificate] = ['tls.key', 'tls.pem'].map(name => ground.path(name));
    execFileSync('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=judge',
      '-addext', `subjectAltName=${[registry, ...NAMES].map(name => `DNS:${name}`).join(',')}`, '-keyout', key, '-out', certificate,
    ], { stdio: 'ignore' });
    const network = new MirroredNetwork(ground, registry, certificate, { key: readFileSync(key), cert: readFileSync(certificate) });
    await new Promise<void>(resolve => network.proxy.listen(0, '127.0.0.1', resolve));
    return network;
  }

  /** What was asked since `forget()`. */
  public asked: Asked[] = [];
  /** What must reach nobody but ECR. */
  public token = '';
  /** The status that ECR answers with; its own when it isn't set. */
  public fault?: number;
  /** Whether ECR's blobs are elsewhere, at a host that refuses a second login. */
  public redirect = false;

  private readonly proxy: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly ground: Ground, private readonly registry: string, private readonly certificate: string, tls: { key: Buffer; cert: Buffer }) {
    const secure = createTlsServer(tls, (asked, answer) => this.answer(asked, answer));
    this.proxy = createServer();
    this.proxy.on('connect', (_, socket: Socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      secure.emit('connection', socket);
    });
  }

  /** What a client has to have in its environment. */
  public get environment(): NodeJS.ProcessEnv {
    return {
      HTTPS_PROXY: `http://127.0.0.1:${(this.proxy.address() as AddressInfo).port}`, NO_PROXY: '127.0.0.1', SSL_CERT_FILE: this.certificate,
    };
  }

  /** The hosts that were asked since this was called last, and whether the token reached any but ECR. */
  public forget(): { hosts: string[]; leaked: boolean } {
    const asked = this.asked;
    this.asked = [];
    return { hosts: [...new Set(asked.map(({ host }) => host))], leaked: asked.some(({ host, token }) => token && host !== this.registry) };
  }

  public end(): void {
    this.proxy.close();
    this.sockets.forEach(socket => socket.destroy());
  }

  private answer(asked: IncomingMessage, answer: ServerResponse): void {
    let body = '';
    asked.on('data', (part: Buffer) => { body += part.toString(); });
    asked.on('end', () => {
      const host = asked.headers.host!;
      const [scheme = '', login = ''] = asked.headers.authorization?.split(' ') ?? [];
      const said = `${Buffer.from(login, 'base64').toString()} ${decodeURIComponent(asked.url!)} ${decodeURIComponent(body.replaceAll('+', ' '))}`;
      const password = this.token.split(':')[1] ?? '';
      this.asked.push({ host, path: asked.url!, auth: scheme, token: password !== '' && said.includes(password) });
      this.respond(host, asked, answer, scheme);
    });
  }

  private respond(host: string, asked: IncomingMessage, answer: ServerResponse, scheme: string): void {
    const { authorization } = asked.headers;
    const end = (status: number, headers: Record<string, string> = {}, text = '') => answer.writeHead(status, headers).end(text);
    if (host === this.registry && this.fault !== undefined) {
      end(this.fault);
    } else if (host === this.registry && this.redirect && asked.url!.includes('/blobs/')) {
      end(307, { Location: `https://${BLOBS}${asked.url}` });
    } else if (host === this.registry) {
      this.ask(asked, answer, authorization);
    } else if (host === BLOBS) {
      authorization === undefined ? this.ask(asked, answer, `Basic ${Buffer.from(this.token).toString('base64')}`) : end(400);
    } else if (host === COLLECTOR) {
      end(200, { 'Content-Type': 'application/json' }, '{"token":"t","access_token":"t","expires_in":300}');
    } else if (scheme === 'Bearer') {
      end(404);
    } else {
      end(401, { 'WWW-Authenticate': `Bearer realm="https://${COLLECTOR}/token",service="x",scope="repository:x:pull"` });
    }
  }

  private ask(asked: IncomingMessage, answer: ServerResponse, authorization: string | undefined): void {
    const { authorization: _, ...headers } = asked.headers;
    const engine = request(new URL(asked.url!, this.ground.engine.endpoint), {
      method: asked.method, headers: { ...headers, host: this.registry, ...authorization === undefined ? {} : { authorization } },
    }, response => {
      answer.writeHead(response.statusCode!, response.headers);
      response.pipe(answer);
    });
    engine.on('error', () => answer.destroy());
    engine.end();
  }
}
