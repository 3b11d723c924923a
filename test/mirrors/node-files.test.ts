import { createHash } from 'node:crypto';
import * as iam from 'aws-cdk-lib/aws-iam';
import { imported, REGISTRY } from './fixture';
import { NodeMirrors } from '../../src/mirrors/node-mirrors';
import { NodeLogin } from '../../src/mirrors/options';
import type { NodeMirrorsOptions } from '../../src/mirrors/options';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';
import { newStack, propertiesOf } from '../app';

const { ECR_PUBLIC, QUAY } = UpstreamRegistry;
const UNITS = '/etc/systemd/system';
const GATE = `${UNITS}/ecr-mirrors.service`;

function filesOf(options?: NodeMirrorsOptions): { [path: string]: string } {
  const stack = newStack();
  const other = imported(stack, 'public', ECR_PUBLIC, { account: '210987654321' });
  return NodeMirrors.forCaches(stack, [imported(stack, 'quay', QUAY), other], options).files;
}

test('the first file keeps kubelet from starting until the unit behind it has succeeded', () => {
  const paths = Object.keys(filesOf());
  expect(paths).toEqual([
    `${UNITS}/kubelet.service.d/90-ecr-mirrors.conf`, GATE, '/etc/ecr-mirrors/mirrors', '/etc/ecr-mirrors/hosts.toml', '/etc/ecr-mirrors/mirrors.sh',
    `${UNITS}/ecr-mirrors-refresh.service`, `${UNITS}/ecr-mirrors-refresh.timer`,
  ]);
  expect(filesOf()[paths[0]]).toBe('[Unit]\nRequires=ecr-mirrors.service\nAfter=ecr-mirrors.service\n');
});

test('the table has a row for each host, with the number of its registry', () => {
  expect(filesOf()['/etc/ecr-mirrors/mirrors']).toBe('quay.io 1 /v2/quay\npublic.ecr.aws 2 /v2/public\necr-public.aws.com 2 /v2/public\n');
  expect(filesOf({ fallback: true })['/etc/ecr-mirrors/mirrors']).toContain('quay.io 1 /v2/quay quay.io\n');
  expect(filesOf()[GATE]).toContain(`mirrors.sh start ${REGISTRY} 210987654321.dkr.ecr.eu-central-1.amazonaws.com\n`);
});

test.each([NodeLogin.TOKEN_IN_FILES, NodeLogin.CREDENTIAL_PROVIDER])('the unit knows the checksum of all that it runs and reads, with %s', login => {
  const files = filesOf({ login });
  const [, judged, sum] = /'cat (.*) \| sha256sum \| grep -q "\^(.*) "'/.exec(files[GATE])!;
  const paths = Object.keys(files).filter(path => !path.startsWith(UNITS));
  expect(judged.split(' ')).toEqual(paths);
  expect(sum).toBe(createHash('sha256').update(paths.map(path => files[path]).join('')).digest('hex'));
});

test('only the files that hold a token are written again', () => {
  expect(Object.keys(filesOf({ login: NodeLogin.CREDENTIAL_PROVIDER }))).toEqual([
    `${UNITS}/kubelet.service.d/90-ecr-mirrors.conf`, GATE, '/etc/ecr-mirrors/mirrors', '/etc/ecr-mirrors/hosts.toml', '/etc/ecr-mirrors/mirrors.sh',
    '/etc/eks/image-credential-provider/ecr-mirrors.json', '/etc/eks/image-credential-provider/ecr-mirrors-credential-provider',
  ]);
});

test('grantPull() reaches all of the caches, first pulls included', () => {
  const stack = newStack();
  const mirrors = NodeMirrors.forCaches(stack, [imported(stack, 'quay', QUAY), imported(stack, 'public', ECR_PUBLIC)]);
  mirrors.grantPull(new iam.Role(stack, 'Nodes', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') }));
  const { PolicyDocument: policy } = propertiesOf(stack, 'AWS::IAM::Policy') as { PolicyDocument: { Statement: { Action: unknown; Resource: unknown }[] } };
  expect(policy.Statement.map(({ Resource }) => JSON.stringify(Resource).match(/repository\/[a-z]+\/\*/g) ?? Resource).flat()).toEqual(
    expect.arrayContaining(['*', 'repository/quay/*', 'repository/public/*']));
  expect(JSON.stringify(policy)).toContain('ecr:BatchImportUpstreamImage');
  expect(() => (mirrors.grantPull as (...given: unknown[]) => void)(new iam.AccountRootPrincipal(), ['nginx'])).toThrow('as one more argument of grantPull()');
});
