import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';

interface Review {
  readonly request: { readonly uid: string; readonly object: { readonly spec: { readonly containers: { readonly name: string }[] } } };
}

/** A mutating webhook that adds a sidecar to each Pod, once. */
export class Injector {
  public static async start(image: string): Promise<Injector> {
    const home = mkdtempSync(join(tmpdir(), 'injector-'));
    const [key, certificate] = ['tls.key', 'tls.pem'].map(name => join(home, name));
    execFileSync('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=injector',
      '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate,
    ], { stdio: 'ignore' });
    const tls = { key: readFileSync(key), cert: readFileSync(certificate) };
    rmSync(home, { recursive: true });
    const server = createServer(tls, async (asked, answer) => {
      const { request } = await json(asked) as Review;
      const there = request.object.spec.containers.some(({ name }) => name === 'sidecar');
      const patch = there ? [] : [{ op: 'add', path: '/spec/containers/-', value: { name: 'sidecar', image } }];
      answer.setHeader('content-type', 'application/json').end(JSON.stringify({
        apiVersion: 'admission.k8s.io/v1',
        kind: 'AdmissionReview',
        response: { uid: request.uid, allowed: true, patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') },
      }));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return new Injector(server, tls.cert);
  }

  private constructor(private readonly server: Server, private readonly certificate: Buffer) {}

  /** What tells the API server of it, for Pods that are made in a namespace. */
  public configuration(namespace: string): object {
    return {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'injector' },
      webhooks: [{
        name: 'injector.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        clientConfig: { url: `https://127.0.0.1:${(this.server.address() as AddressInfo).port}/`, caBundle: this.certificate.toString('base64') },
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      }],
    };
  }

  public async end(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }
}
