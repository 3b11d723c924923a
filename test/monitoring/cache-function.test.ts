import { readdirSync } from 'fs';
import { join } from 'path';
import { CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { FUNCTIONS_RUNTIME } from '../../projenrc/runtime';
import { CacheProbe, CacheStatistics, CacheVerification, PullThroughCache, RepositoryAdoption, RepositoryRemoval, RepositoryTemplate } from '../../src';
import type { CacheFunctionOptions } from '../../src';
import { newStack } from '../app';
import { Deployed, wrongRows } from '../simulator';

let stack: Stack;

beforeEach(() => {
  stack = newStack();
});

const cache = () => PullThroughCache.fromRepositoryPrefix(stack, 'Cache', 'echo');

/** Everything of this library that has a function. */
const KINDS: [string, (props?: CacheFunctionOptions) => void][] = [
  ['CacheStatistics', (props = {}) => new CacheStatistics(stack, 'Made', { ...props, caches: [cache()] })],
  ['CacheProbe', props => new CacheProbe(stack, 'Made', props).addImages([cache().image('nginx')])],
  ['CacheVerification', (props = {}) => new CacheVerification(stack, 'Made', { ...props, cache: cache(), images: ['nginx'] })],
  ['RepositoryAdoption', (props = {}) => new RepositoryAdoption(stack, 'Made', { ...props, template: new RepositoryTemplate(stack, 'Template', { prefix: 'echo' }) })],
  ['RepositoryRemoval', (props = {}) => new RepositoryRemoval(stack, 'Made', { ...props, cache: cache(), confirmedPrefix: 'echo' })],
];
const make = (props?: CacheFunctionOptions) => KINDS[0][1](props);

function only(type: string): any {
  const found = Object.values(Template.fromStack(stack).findResources(type));
  expect(found).toHaveLength(1);
  return found[0];
}

describe.each(KINDS)('%s', (kind, makeOne) => {
  test('takes all options', () => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { restrictDefaultSecurityGroup: false });
    const group = new ec2.SecurityGroup(stack, 'Group', { vpc });
    const key = new kms.Key(stack, 'Key');
    makeOne({
      logRetention: RetentionDays.ONE_YEAR,
      logEncryptionKey: key,
      logRemovalPolicy: RemovalPolicy.RETAIN,
      vpc,
      vpcSubnets: { subnets: [vpc.privateSubnets[0]] },
      securityGroups: [group],
      runtime: lambda.Runtime.NODEJS_22_X,
      architecture: lambda.Architecture.X86_64,
      permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'developers'),
    });

    expect(only('AWS::Logs::LogGroup')).toMatchObject({
      DeletionPolicy: 'Retain', Properties: { RetentionInDays: 365, KmsKeyId: stack.resolve(key.keyArn) },
    });
    expect(only('AWS::Lambda::Function').Properties).toMatchObject({
      Runtime: 'nodejs22.x',
      Architectures: ['x86_64'],
      VpcConfig: { SubnetIds: [stack.resolve(vpc.privateSubnets[0].subnetId)], SecurityGroupIds: [stack.resolve(group.securityGroupId)] },
    });
    expect(JSON.stringify(only('AWS::IAM::Role').Properties.PermissionsBoundary)).toContain('policy/developers');
  });

  test('has none of them by default', () => {
    makeOne();

    expect(only('AWS::Logs::LogGroup')).toMatchObject({ DeletionPolicy: 'Delete', Properties: { RetentionInDays: 30 } });
    expect(only('AWS::Logs::LogGroup').Properties.KmsKeyId).toBeUndefined();
    // counting holds the images of eight repositories at once
    const memory = kind === 'CacheStatistics' ? 1024 : 256;
    expect(only('AWS::Lambda::Function').Properties).toMatchObject({ Runtime: FUNCTIONS_RUNTIME, Architectures: ['arm64'], MemorySize: memory, Timeout: 900 });
    expect(only('AWS::Lambda::Function').Properties.VpcConfig).toBeUndefined();
    expect(only('AWS::IAM::Role').Properties.PermissionsBoundary).toBeUndefined();
    expect(JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::Policy'))).not.toContain('ec2:');
  });
});

describe('a function in a VPC', () => {
  test('comes after the way out of its subnets', () => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { restrictDefaultSecurityGroup: false });
    make({ vpc });

    const routes = vpc.privateSubnets.map(subnet => stack.getLogicalId(subnet.node.findChild('DefaultRoute') as CfnResource));
    expect(only('AWS::Lambda::Function').DependsOn).toEqual(expect.arrayContaining(routes));
  });

  test('gets a security group that lets it out', () => {
    make({ vpc: new ec2.Vpc(stack, 'Vpc', { restrictDefaultSecurityGroup: false }) });

    expect(only('AWS::EC2::SecurityGroup').Properties.SecurityGroupEgress).toEqual([expect.objectContaining({ CidrIp: '0.0.0.0/0', IpProtocol: '-1' })]);
  });

  test('has network interfaces made by Lambda, which its code may not make', async () => {
    make({ vpc: new ec2.Vpc(stack, 'Vpc', { restrictDefaultSecurityGroup: false }) });

    const deployed = new Deployed(stack);
    const callers = {
      lambda: deployed.role('MadeRole'),
      code: deployed.role('MadeRole', { 'lambda:SourceFunctionArn': 'arn:aws:lambda:eu-central-1:111122223333:function:Stack-MadeFunction' }),
    };
    const actions = ['CreateNetworkInterface', 'DescribeNetworkInterfaces', 'DescribeSubnets', 'DeleteNetworkInterface', 'AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses'];
    const resourceOf = (action: string) => action.startsWith('Describe') ? '*' : 'arn:aws:ec2:eu-central-1:111122223333:network-interface/eni-1';
    const row = (who: string, action: string, allowed: boolean) => ({ who, action: `ec2:${action}`, resource: resourceOf(action), allowed });
    await expect(wrongRows({ callers }, [
      ...actions.map(action => row('lambda', action, true)),
      ...actions.map(action => row('code', action, false)),
      row('lambda', 'DetachNetworkInterface', false),
    ])).resolves.toEqual([]);
  });

  test('may be in isolated subnets', () => {
    const vpc = new ec2.Vpc(stack, 'Vpc', {
      restrictDefaultSecurityGroup: false, natGateways: 0, subnetConfiguration: [{ name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
    });
    make({ vpc });

    expect(only('AWS::Lambda::Function').Properties.VpcConfig.SubnetIds).toEqual(vpc.isolatedSubnets.map(({ subnetId }) => stack.resolve(subnetId)));
  });

  test('may be in a VPC that is looked up', () => {
    expect(() => make({ vpc: ec2.Vpc.fromLookup(stack, 'Vpc', { vpcId: 'vpc-1' }) })).not.toThrow();
  });

  test('may be in an imported VPC', () => {
    make({ vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['eu-central-1a'], privateSubnetIds: ['subnet-1'] }) });

    expect(only('AWS::Lambda::Function').Properties.VpcConfig.SubnetIds).toEqual(['subnet-1']);
  });

  test.each<[string, (vpc: ec2.Vpc) => ec2.SubnetSelection]>([
    ['public', () => ({ subnetType: ec2.SubnetType.PUBLIC })],
    ['no', () => ({ subnets: [] })],
  ])('fails: with %s subnets', (what, subnets) => {
    const vpc = new ec2.Vpc(stack, 'Vpc');

    expect(() => make({ vpc, vpcSubnets: subnets(vpc) })).toThrow(`got ${what} subnets for a function, expected private subnets, since a function has no `
      + "public address and reaches nothing from a public one: name private or isolated ones by 'vpcSubnets' [at Stack/Made]");
  });

  test('fails: in a VPC of another Region', () => {
    const there = newStack(stack.node.root as any, 'There', { account: stack.account, region: 'us-east-1' });

    expect(() => make({ vpc: new ec2.Vpc(there, 'Vpc') })).toThrow(
      'got a VPC of the account 111122223333 and Region us-east-1 for a function, expected one of the account 111122223333 and Region eu-central-1');
  });
});

describe('the runtime', () => {
  test.each<[string, lambda.Runtime]>([
    ['nodejs20.x', lambda.Runtime.NODEJS_20_X],
    ['nodejs26.x', new lambda.Runtime('nodejs26.x', lambda.RuntimeFamily.NODEJS)],
    ['$latest', new lambda.Runtime('$latest', lambda.RuntimeFamily.NODEJS)],
  ])('may be %s', (name, runtime) => {
    make({ runtime });

    expect(only('AWS::Lambda::Function').Properties.Runtime).toBe(name);
  });

  test('may be the latest that aws-cdk knows for the Region', () => {
    make({ runtime: lambda.Runtime.NODEJS_LATEST });

    expect(only('AWS::Lambda::Function').Properties.Runtime).toBe(stack.resolve(lambda.determineLatestNodeRuntime(stack).name));
  });

  test.each([lambda.Runtime.PYTHON_3_13, lambda.Runtime.NODEJS_18_X, lambda.Runtime.NODEJS, new lambda.Runtime('nodejs26.x', lambda.RuntimeFamily.OTHER)])(
    'fails: %s', runtime => {
      expect(() => make({ runtime })).toThrow(`got the runtime '${runtime.name}' for a function that is written for Node.js, expected Node.js 20 or later: `
        + "choose one such as Runtime.NODEJS_22_X, or leave 'runtime' out [at Stack/Made]");
    });
});

describe('the key of the log group', () => {
  test('fails: an alias', () => {
    expect(() => make({ logEncryptionKey: kms.Alias.fromAliasName(stack, 'Alias', 'alias/logs') })).toThrow(
      'got a key alias (Stack/Alias) to encrypt with, expected a key, since a log group needs the ARN of the key itself');
  });

  test('fails: a key of another Region', () => {
    const key = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000');

    expect(() => make({ logEncryptionKey: key })).toThrow(
      'got an encryption key of the Region us-east-1, expected a key of the Region eu-central-1, in which the log group is');
  });
});

test('no function of the library is forgotten here', () => {
  const generated = readdirSync(join(__dirname, '../../src/functions')).filter(name => name.endsWith('-function.ts'));

  expect(generated).toHaveLength(KINDS.length);
});
