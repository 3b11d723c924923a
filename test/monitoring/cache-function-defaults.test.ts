import { App, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { CacheFunctionDefaults, CacheProbe, CacheStatistics, PullThroughCache } from '../../src';
import type { CacheFunctionOptions } from '../../src';
import { ENV, newStack } from '../app';

let app: App;
let stack: Stack;

beforeEach(() => {
  app = new App();
  stack = newStack(app);
});

function statistics(props: CacheFunctionOptions = {}, scope: Construct = stack, prefix = 'echo') {
  return new CacheStatistics(scope, `Statistics-${prefix}`, { ...props, caches: [PullThroughCache.fromRepositoryPrefix(scope, `Cache-${prefix}`, prefix)] });
}

function retentions(of = stack): number[] {
  return Object.values(Template.fromStack(of).findResources('AWS::Logs::LogGroup')).map(({ Properties }) => Properties.RetentionInDays);
}

function functionOf(of = stack): any {
  return Object.values(Template.fromStack(of).findResources('AWS::Lambda::Function'))[0].Properties;
}

describe('an option comes', () => {
  test("from the construct's own properties before all", () => {
    CacheFunctionDefaults.of(stack).set({ logRetention: RetentionDays.ONE_YEAR });
    statistics({ logRetention: RetentionDays.TWO_YEARS });

    expect(retentions()).toEqual([731]);
  });

  test('from the nearest scope that sets it, each option by itself', () => {
    CacheFunctionDefaults.of(app).set({ logRetention: RetentionDays.ONE_YEAR, architecture: lambda.Architecture.X86_64 });
    CacheFunctionDefaults.of(stack).set({ logRetention: RetentionDays.TWO_YEARS });
    statistics();

    expect(retentions()).toEqual([731]);
    expect(functionOf().Architectures).toEqual(['x86_64']);
  });

  test('from an app through its Stages', () => {
    CacheFunctionDefaults.of(app).set({ logRetention: RetentionDays.ONE_YEAR });
    const inner = new Stack(new Stage(app, 'Prod'), 'Stack', { env: ENV });
    statistics({}, inner);

    expect(retentions(inner)).toEqual([365]);
  });

  test('from a scope within a stack for what is below it only', () => {
    const part = new Construct(stack, 'Part');
    CacheFunctionDefaults.of(part).set({ logRetention: RetentionDays.ONE_YEAR });
    statistics({}, part, 'inside');
    statistics({}, stack, 'outside');

    expect(retentions().sort()).toEqual([30, 365]);
  });

  test('from several calls for one scope', () => {
    CacheFunctionDefaults.of(stack).set({ logRetention: RetentionDays.ONE_YEAR });
    CacheFunctionDefaults.of(stack).set({ logRemovalPolicy: RemovalPolicy.RETAIN });
    statistics();

    expect(retentions()).toEqual([365]);
    Template.fromStack(stack).hasResource('AWS::Logs::LogGroup', { DeletionPolicy: 'Retain' });
  });
});

test('the defaults of a scope are the same object each time, and others in another scope', () => {
  expect(CacheFunctionDefaults.of(stack)).toBe(CacheFunctionDefaults.of(stack));
  expect(CacheFunctionDefaults.of(stack)).not.toBe(CacheFunctionDefaults.of(app));
});

describe('the same value again is taken', () => {
  const vpcSubnets = () => ({ subnetFilters: undefined, subnets: undefined, subnetType: ec2.SubnetType.PRIVATE_ISOLATED });

  test.each<[string, () => CacheFunctionOptions]>([
    ['text', () => ({ logRetention: RetentionDays.ONE_YEAR })],
    ['struct', () => ({ vpcSubnets: vpcSubnets() })],
    ['runtime', () => ({ runtime: new lambda.Runtime('nodejs22.x', lambda.RuntimeFamily.NODEJS) })],
    ['processor', () => ({ architecture: lambda.Architecture.custom('arm64') })],
  ])('as a %s', (_, options) => {
    CacheFunctionDefaults.of(stack).set(options());

    expect(() => CacheFunctionDefaults.of(stack).set(options())).not.toThrow();
  });

  test('as a list of constructs', () => {
    const group = new ec2.SecurityGroup(stack, 'Group', { vpc: new ec2.Vpc(stack, 'Vpc') });
    CacheFunctionDefaults.of(stack).set({ securityGroups: [group] });

    expect(() => CacheFunctionDefaults.of(stack).set({ securityGroups: [group] })).not.toThrow();
  });

  test('also after a construct was made', () => {
    CacheFunctionDefaults.of(stack).set({ logRetention: RetentionDays.ONE_YEAR });
    statistics();

    expect(() => CacheFunctionDefaults.of(stack).set({ logRetention: RetentionDays.ONE_YEAR })).not.toThrow();
  });
});

describe('fails: another value for the same scope', () => {
  const boundary = (id: string) => iam.ManagedPolicy.fromManagedPolicyName(stack, id, id);

  test.each<[string, () => [CacheFunctionOptions, CacheFunctionOptions]]>([
    ['logRetention', () => [{ logRetention: RetentionDays.ONE_YEAR }, { logRetention: RetentionDays.ONE_DAY }]],
    ['vpcSubnets', () => [
      { vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED } },
      { vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED, onePerAz: true } },
    ]],
    ['runtime', () => [{ runtime: lambda.Runtime.NODEJS_22_X }, { runtime: lambda.Runtime.NODEJS_24_X }]],
    ['runtime', () => [{ runtime: lambda.Runtime.NODEJS_22_X }, { runtime: lambda.Runtime.NODEJS_LATEST }]],
    ['architecture', () => [{ architecture: lambda.Architecture.ARM_64 }, { architecture: lambda.Architecture.X86_64 }]],
    ['permissionsBoundary', () => [{ permissionsBoundary: boundary('One') }, { permissionsBoundary: boundary('Two') }]],
  ])('of %s', (name, values) => {
    const [first, second] = values();
    CacheFunctionDefaults.of(stack).set(first);

    expect(() => CacheFunctionDefaults.of(stack).set(second)).toThrow(
      `got a second value of '${name}' for the functions of Stack, expected one value for each option of a scope: `
      + 'set it once, or give the construct that differs the option itself');
  });

  test('and nothing of that call is kept', () => {
    CacheFunctionDefaults.of(stack).set({ logRetention: RetentionDays.ONE_YEAR });
    expect(() => CacheFunctionDefaults.of(stack).set({ logRetention: RetentionDays.ONE_DAY, architecture: lambda.Architecture.X86_64 })).toThrow();
    statistics();

    expect(functionOf().Architectures).toEqual(['arm64']);
  });
});

describe('a default that comes too late', () => {
  const TOO_LATE = "got 'logRetention' for the functions of Stack when that of Stack/Statistics-echo was made already, "
    + 'expected defaults that are set before the constructs they are for: set them first, right after the scope itself is made';

  test('fails', () => {
    statistics();

    expect(() => CacheFunctionDefaults.of(stack).set({ logRetention: RetentionDays.ONE_YEAR })).toThrow(TOO_LATE);
  });

  test('fails for the app above as well', () => {
    statistics();

    expect(() => CacheFunctionDefaults.of(app).set({ logRetention: RetentionDays.ONE_YEAR })).toThrow(TOO_LATE.replace('of Stack when', 'of the app when'));
  });

  test('is in time for another stack', () => {
    statistics();
    const other = newStack(app, 'Other');
    CacheFunctionDefaults.of(other).set({ logRetention: RetentionDays.ONE_YEAR });
    new CacheProbe(other, 'Probe').addImages([PullThroughCache.fromRepositoryPrefix(other, 'Cache', 'hub').image('nginx')]);

    expect(retentions(other)).toEqual([365]);
  });

  test('is in time once the construct has left the tree', () => {
    statistics();
    stack.node.tryRemoveChild('Statistics-echo');

    expect(() => CacheFunctionDefaults.of(stack).set({ logRetention: RetentionDays.ONE_YEAR })).not.toThrow();
  });
});

describe('subnets and security groups', () => {
  test('stay as they were set, whatever becomes of the list', () => {
    const vpc = new ec2.Vpc(stack, 'OwnVpc', { restrictDefaultSecurityGroup: false });
    const securityGroups = [new ec2.SecurityGroup(stack, 'OwnGroup', { vpc })];
    CacheFunctionDefaults.of(stack).set({ vpc, securityGroups });
    securityGroups.length = 0;
    statistics();

    expect(functionOf().VpcConfig.SecurityGroupIds).toEqual([{ 'Fn::GetAtt': [expect.stringContaining('OwnGroup'), 'GroupId'] }]);
  });

  const vpcOf = (id: string) => new ec2.Vpc(stack, id, { restrictDefaultSecurityGroup: false });

  test('are those that an outer scope sets beside its VPC', () => {
    const vpc = vpcOf('Vpc');
    const group = new ec2.SecurityGroup(stack, 'Group', { vpc });
    CacheFunctionDefaults.of(app).set({ vpc, securityGroups: [group] });
    statistics({ vpc });

    expect(functionOf().VpcConfig.SecurityGroupIds).toEqual([stack.resolve(group.securityGroupId)]);
  });

  test('of an outer VPC are not those of another one that a nearer scope names', () => {
    const outer = vpcOf('Outer');
    CacheFunctionDefaults.of(app).set({
      vpc: outer, securityGroups: [new ec2.SecurityGroup(stack, 'Group', { vpc: outer })], vpcSubnets: { subnets: [outer.privateSubnets[0]] },
    });
    const inner = vpcOf('Inner');
    CacheFunctionDefaults.of(stack).set({ vpc: inner });
    statistics();

    expect(functionOf().VpcConfig).toEqual({
      SecurityGroupIds: [{ 'Fn::GetAtt': [expect.stringMatching(/^StatisticsechoFunctionSecurityGroup/), 'GroupId'] }],
      SubnetIds: inner.privateSubnets.map(({ subnetId }) => stack.resolve(subnetId)),
    });
  });

  test('may be narrowed in a nearer scope than the VPC', () => {
    const vpc = vpcOf('Vpc');
    CacheFunctionDefaults.of(app).set({ vpc });
    statistics({ vpcSubnets: { subnets: [vpc.privateSubnets[1]] } });

    expect(functionOf().VpcConfig.SubnetIds).toEqual([stack.resolve(vpc.privateSubnets[1].subnetId)]);
  });

  test.each<[string, (vpc: ec2.Vpc) => CacheFunctionOptions]>([
    ['subnets', () => ({ vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED } })],
    ['security groups', vpc => ({ securityGroups: [new ec2.SecurityGroup(stack, 'Group', { vpc })] })],
  ])('fails: %s without a VPC beside or above them', (what, options) => {
    const vpc = vpcOf('Vpc');
    CacheFunctionDefaults.of(app).set(options(vpc));
    CacheFunctionDefaults.of(stack).set({ vpc });

    expect(() => statistics()).toThrow(`got ${what} for a function without a VPC, expected a VPC in the same place or in an outer scope, `
      + "since they belong to it: set 'vpc' beside them [at Stack/Statistics-echo]");
  });

  test('fails: an empty list of security groups', () => {
    expect(() => CacheFunctionDefaults.of(stack).set({ securityGroups: [] })).toThrow('got an empty list of security groups for a function, '
      + "expected at least one: name one, or leave 'securityGroups' out for a new one that allows all outbound traffic [at Stack]");
  });
});
