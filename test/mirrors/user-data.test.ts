import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { imported, REGISTRY } from './fixture';
import { NodeMirrors } from '../../src/mirrors/node-mirrors';
import { NodeLogin } from '../../src/mirrors/options';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';
import { agnosticStack, newStack, propertiesOf } from '../app';

const { QUAY } = UpstreamRegistry;

function quayMirrors(stack: Stack, login?: NodeLogin): NodeMirrors {
  return NodeMirrors.forCaches(stack, [imported(stack, 'quay', QUAY)], { login });
}

/** User data as a template has it: text, and text that CloudFormation writes in base64. */
function launched(stack: Stack, userData: ec2.UserData): unknown {
  new ec2.LaunchTemplate(stack, 'Template', { userData });
  const { LaunchTemplateData: data } = propertiesOf(stack, 'AWS::EC2::LaunchTemplate') as { LaunchTemplateData: { UserData: { 'Fn::Base64': unknown } } };
  return data.UserData['Fn::Base64'];
}

describe('addToUserData()', () => {
  test('adds a NodeConfig and a script, raw and beside other parts', () => {
    const stack = newStack();
    const userData = new ec2.MultipartUserData();
    userData.addPart(ec2.MultipartBody.fromRawBody({ contentType: 'application/node.eks.aws', body: 'kind: NodeConfig' }));
    quayMirrors(stack).addToUserData(userData);
    const text = launched(stack, userData) as string;
    expect(text.match(/^Content-Type: .*/gm)).toEqual([
      expect.stringContaining('multipart/mixed'), 'Content-Type: application/node.eks.aws', 'Content-Type: application/node.eks.aws',
      'Content-Type: text/x-shellscript; charset="us-ascii"',
    ]);
    expect(text).not.toContain('Content-Transfer-Encoding');
    expect(text).toContain('config_path = "/etc/containerd/certs.d"\n');
    expect(text).toContain(`mirrors.sh start ${REGISTRY}\n`);
  });

  test('has references where the account and Region are known only at deployment, and the same checksum', () => {
    const [known, agnostic] = [newStack(), agnosticStack()].map(stack => {
      const userData = new ec2.MultipartUserData();
      quayMirrors(stack).addToUserData(userData);
      return JSON.stringify(launched(stack, userData));
    });
    const sum = /\^([0-9a-f]{64}) /;
    expect(agnostic).toContain('mirrors.sh start ",{"Ref":"AWS::AccountId"},".dkr.ecr.",{"Ref":"AWS::Region"},".",{"Ref":"AWS::URLSuffix"},"');
    expect(sum.exec(agnostic)![1]).toBe(sum.exec(known)![1]);
  });

  test('names the configuration of kubelet by a flag, for a login by kubelet', () => {
    const stack = newStack();
    const userData = new ec2.MultipartUserData();
    quayMirrors(stack, NodeLogin.CREDENTIAL_PROVIDER).addToUserData(userData);
    const text = launched(stack, userData) as string;
    expect(text).toContain('      - --image-credential-provider-config=/etc/eks/image-credential-provider/ecr-mirrors.json\n');
    expect(text).not.toContain('@TOKEN@"');
    expect(text).not.toContain('.timer');
  });

  const refused: [string, () => ec2.UserData, string][] = [
    ['Windows', () => ec2.UserData.forWindows(), 'got user data of Windows, expected an ec2.MultipartUserData'],
    ['Bottlerocket', () => ec2.UserData.custom('[settings.kubernetes]\ncluster-name = "x"'), 'got user data of Bottlerocket'],
    ['one part', () => ec2.UserData.forLinux(), 'got user data of one part, expected an ec2.MultipartUserData'],
    ['nothing', () => undefined as never, 'got nothing as user data'],
  ];

  test.each(refused)('refuses user data of %s', (_, userData, message) => {
    expect(() => quayMirrors(newStack()).addToUserData(userData() as ec2.MultipartUserData)).toThrow(message);
  });

  const config = (spec: string) => {
    const userData = new ec2.MultipartUserData();
    userData.addPart(ec2.MultipartBody.fromRawBody({ contentType: 'application/node.eks.aws', body: `kind: NodeConfig\nspec:\n${spec}` }));
    return userData;
  };

  test('refuses FastImagePull, and hybrid nodes', () => {
    const stack = newStack();
    expect(() => quayMirrors(stack).addToUserData(config('  featureGates:\n    FastImagePull: true\n'))).toThrow('got user data that turns FastImagePull on');
    expect(() => quayMirrors(newStack()).addToUserData(config('  hybrid:\n    ssm: {}\n'))).toThrow('got user data of a hybrid node');
    expect(() => quayMirrors(newStack()).addToUserData(config('  featureGates:\n    FastImagePull: false\n'))).not.toThrow();
  });

  test.each(['True', '&on true', '!!bool TRUE', '"true"', '\n      true'])('refuses FastImagePull as YAML may have it: %j', value => {
    expect(() => quayMirrors(newStack()).addToUserData(config(`  featureGates:\n    FastImagePull: ${value}\n`))).toThrow('got user data that turns FastImagePull on');
  });

  test.each(['FastImagePull: False', 'FastImagePull: !!bool false', '# FastImagePull: true'])('takes %j', line => {
    expect(() => quayMirrors(newStack()).addToUserData(config(`  featureGates:\n    ${line}\n    Other: true\n`))).not.toThrow();
  });

  test.each([
    ['config_path = "/opt/x"', "config_path '/opt/x', expected '/etc/containerd/"],
    ['snapshotter = "soci"', "snapshotter 'soci', expected 'overlayfs'"],
  ])('refuses a part that sets %s', (line, message) => {
    expect(() => quayMirrors(newStack()).addToUserData(config(`  containerd:\n    config: |\n      ${line}\n`))).toThrow(`got user data that sets ${message}`);
  });

  test('takes a part that sets what the mirrors set', () => {
    expect(() => quayMirrors(newStack()).addToUserData(config('  containerd:\n    config: |\n      snapshotter = "overlayfs"\n'))).not.toThrow();
  });

  test("refuses a credential provider's file beside that of the mirrors", () => {
    const synthesize = (login: NodeLogin) => () => {
      const stack = newStack();
      quayMirrors(stack, login).addToUserData(config('  kubelet:\n    flags:\n      - --image-credential-provider-config=/my.json\n'));
      Template.fromStack(stack);
    };

    expect(synthesize(NodeLogin.CREDENTIAL_PROVIDER)).toThrow("got user data that sets image-credential-provider-config '/my.json'");
    expect(synthesize(NodeLogin.TOKEN_IN_FILES)).not.toThrow();
  });

  test('refuses FastImagePull that comes later, in base64 too', () => {
    const stack = newStack();
    const userData = new ec2.MultipartUserData();
    quayMirrors(stack).addToUserData(userData);
    userData.addUserDataPart(ec2.UserData.custom('featureGates: {FastImagePull: true}'), 'application/node.eks.aws');
    expect(() => Template.fromStack(stack)).toThrow(/got user data that turns FastImagePull on/);
  });

  test('refuses user data that becomes too long by what others add', () => {
    const stack = newStack();
    const userData = new ec2.MultipartUserData();
    quayMirrors(stack).addToUserData(userData);
    userData.addUserDataPart(ec2.UserData.custom('x'.repeat(7_000)));
    expect(() => Template.fromStack(stack)).toThrow(/got user data of 1\d{4} characters, expected at most 14000/);
  });
});

test('user data takes mirrors once, since the later files would take the place of the first', () => {
  const stack = newStack();
  const userData = new ec2.MultipartUserData();
  NodeMirrors.forCaches(stack, [imported(stack, 'quay', UpstreamRegistry.QUAY)]).addToUserData(userData);
  const others = NodeMirrors.forCaches(stack, [imported(stack, 'kubernetes', UpstreamRegistry.KUBERNETES)]);
  expect(() => others.addToUserData(userData)).toThrow('got user data that has mirrors already, expected the mirrors of a node once, since the files '
    + 'of the later ones take the place of the first: name all caches in one NodeMirrors.forCaches(), and add it once');
});

describe('userDataText()', () => {
  test('has the same parts with no header but their type', () => {
    const text = quayMirrors(newStack()).userDataText();
    const [head, nodeConfig, script, end] = text.split(/^--ecr-mirrors-user-data/m);
    expect(head).toBe('MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="ecr-mirrors-user-data"\n\n');
    expect(nodeConfig).toMatch(/^\nContent-Type: application\/node.eks.aws\n\n---\napiVersion: /);
    expect(script).toMatch(/^\nContent-Type: text\/x-shellscript; charset="us-ascii"\n\n#!\/bin\/sh\n/);
    expect(end).toBe('--\n');
  });

  test('has room for thirty hosts', () => {
    const stack = newStack();
    const imageHosts = Array.from({ length: 30 }, (_, at) => `registry-${at}.example.com`);
    const upstream = UpstreamRegistry.of({ registryName: 'later', url: 'registry.example.com', defaultRepositoryPrefix: 'later', imageHosts });
    expect(NodeMirrors.forCaches(stack, [imported(stack, 'later', upstream)]).userDataText().length).toBeLessThan(8_500);
  });

  test('asks for a concrete account and Region', () => {
    expect(() => quayMirrors(agnosticStack()).userDataText()).toThrow("got userDataText() for the cache 'quay', whose account or Region");
  });
});
