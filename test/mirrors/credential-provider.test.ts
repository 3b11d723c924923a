import { dockerHub, imported, REGISTRY } from './fixture';
import { HOSTS_OF_ECR } from '../../src/mirrors/credential-provider';
import { NodeMirrors } from '../../src/mirrors/node-mirrors';
import { NodeLogin } from '../../src/mirrors/options';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';
import { agnosticStack, newStack } from '../app';

const login = NodeLogin.CREDENTIAL_PROVIDER;

test('kubelet logs in for the hosts of ECR and for the mirrored ones', () => {
  const stack = newStack();
  const config = JSON.parse(NodeMirrors.forCaches(stack, [imported(stack, 'hub', dockerHub(stack))], { login }).credentialProviderConfig());
  expect(config).toEqual({
    apiVersion: 'kubelet.config.k8s.io/v1',
    kind: 'CredentialProviderConfig',
    providers: [{
      name: 'ecr-credential-provider',
      matchImages: [...HOSTS_OF_ECR, 'docker.io', 'index.docker.io', 'registry-1.docker.io'],
      defaultCacheDuration: '12h0m0s',
      apiVersion: 'credentialprovider.kubelet.k8s.io/v1',
      env: [{ name: 'AWS_REGION', value: 'eu-central-1' }],
    }],
  });
});

test('a mirrored host of ECR has a provider that logs in to the cache, and no other one', () => {
  const stack = newStack();
  const mirrors = NodeMirrors.forCaches(stack, [
    imported(stack, 'public', UpstreamRegistry.ECR_PUBLIC), imported(stack, 'echo', UpstreamRegistry.echo({ account: '123456789012' })),
  ], { login });
  const { providers } = JSON.parse(mirrors.credentialProviderConfig()) as { providers: { name: string; matchImages: string[]; args: string[] }[] };
  const hosts = ['public.ecr.aws', 'ecr-public.aws.com', '123456789012.dkr.ecr.us-east-1.amazonaws.com', '123456789012.dkr-ecr.us-east-1.on.aws'];
  expect(providers[0].matchImages).toEqual(HOSTS_OF_ECR.slice(0, 11));
  expect(providers[1]).toMatchObject({ name: 'ecr-mirrors-credential-provider', matchImages: hosts, args: [REGISTRY, ...hosts] });
  expect(mirrors.files['/etc/eks/image-credential-provider/ecr-mirrors-credential-provider']).toContain('ecr-credential-provider');
});

test('it is refused where the files hold the token', () => {
  const stack = newStack();
  expect(() => NodeMirrors.forCaches(stack, [imported(stack, 'hub', dockerHub(stack))]).credentialProviderConfig())
    .toThrow('got credentialProviderConfig() of mirrors whose files hold the token, expected one way to log in');
});

test('it asks for a concrete account and Region', () => {
  const stack = agnosticStack();
  expect(() => NodeMirrors.forCaches(stack, [imported(stack, 'hub', UpstreamRegistry.QUAY)], { login }).credentialProviderConfig())
    .toThrow('expected a concrete account and Region');
});
