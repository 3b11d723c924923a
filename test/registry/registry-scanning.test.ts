import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { PullThroughCache, RegistryScanning, RegistryScanType } from '../../src';
import { agnosticStack, ENV, newStack, propertiesOf, warningsOf } from '../app';

const TYPE = 'AWS::ECR::RegistryScanningConfiguration';
const { ENHANCED } = RegistryScanType;

const cache = (stack: Stack, prefix: string) => PullThroughCache.fromRepositoryPrefix(stack, `Cache${stack.node.children.length}`, prefix);
const rule = (frequency: string, ...filters: string[]) => ({
  ScanFrequency: frequency, RepositoryFilters: filters.map(Filter => ({ Filter, FilterType: 'WILDCARD' })),
});

describe('the scanning of a registry', () => {
  test('is basic, on push for the caches, and leaves names that look alike alone', () => {
    const stack = newStack();
    new RegistryScanning(stack, 'Scanning').scanOnPush(cache(stack, 'echo'), cache(stack, 'team-a/hub'));
    expect(propertiesOf(stack, TYPE)).toEqual({ ScanType: 'BASIC', Rules: [rule('SCAN_ON_PUSH', 'echo/*', 'team-a/hub/*')] });
  });

  test('is enhanced with a rule for each frequency, each filter once', () => {
    const stack = newStack();
    const scanning = new RegistryScanning(stack, 'Scanning', { scanType: ENHANCED });
    scanning.scanContinuously(cache(stack, 'echo'));
    scanning.scanContinuouslyMatching('services/*', 'echo/*');
    scanning.scanOnPush(cache(stack, 'hub'));
    scanning.scanOnPushMatching('tools/*');
    expect(propertiesOf(stack, TYPE)).toEqual({
      ScanType: 'ENHANCED',
      Rules: [rule('SCAN_ON_PUSH', 'hub/*', 'tools/*'), rule('CONTINUOUS_SCAN', 'echo/*', 'services/*')],
    });
    expect(scanning.scanType).toBe(ENHANCED);
  });

  test('of a ROOT cache is of everything', () => {
    const stack = newStack();
    new RegistryScanning(stack, 'Scanning').scanOnPush(cache(stack, 'ROOT'));
    expect(propertiesOf(stack, TYPE).Rules).toEqual([rule('SCAN_ON_PUSH', '*')]);
  });

  test('takes the written prefix of an L1 rule, and a prefix that is known at deployment', () => {
    const stack = newStack();
    const written = new ecr.CfnPullThroughCacheRule(stack, 'L1', { ecrRepositoryPrefix: 'quay', upstreamRegistryUrl: 'quay.io' });
    const late = cache(stack, new CfnParameter(stack, 'Prefix').valueAsString);
    new RegistryScanning(stack, 'Scanning').scanOnPush(written, late);
    expect(propertiesOf(stack, TYPE).Rules).toMatchObject([{ RepositoryFilters: [{ Filter: 'quay/*' }, { Filter: { 'Fn::Join': ['', [{ Ref: 'Prefix' }, '/*']] } }] }]);
  });

  test('may be basic without rules, which scans on request only, and warns that it does', () => {
    const stack = newStack();
    new RegistryScanning(stack, 'Scanning');
    expect(propertiesOf(stack, TYPE)).toEqual({ ScanType: 'BASIC', Rules: [] });
    expect(warningsOf(stack)).toEqual([expect.stringContaining('/Stack/Scanning nothingScanned: no filter is given, so that no image of this registry is scanned when it comes, ')]);
  });

  test('with a filter warns of nothing', () => {
    const stack = newStack();
    new RegistryScanning(stack, 'Scanning').scanOnPushMatching('*');
    expect(warningsOf(stack)).toEqual([]);
  });

  test.each<[string, (scanning: RegistryScanning, list: never[]) => void]>([
    ['caches', (scanning, list) => scanning.scanOnPush(...list)],
    ['caches', (scanning, list) => scanning.scanContinuously(...list)],
    ['scan filters', (scanning, list) => scanning.scanOnPushMatching(...list)],
    ['scan filters', (scanning, list) => scanning.scanContinuouslyMatching(...list)],
  ])('fails for an emptied list of %s (%#)', (name, scan) => {
    const scanning = new RegistryScanning(newStack(), 'Scanning', { scanType: ENHANCED });
    expect(() => scan(scanning, [])).toThrow(`got an empty list of ${name}, expected at least one: `);
    expect(() => scan(scanning, new Array(1) as never[])).toThrow(`got a list of ${name} with nothing in place 1`);
  });

  test('fails when it is enhanced without rules, which would scan everything', () => {
    const stack = newStack();
    new RegistryScanning(stack, 'Scanning', { scanType: ENHANCED });
    expect(() => Template.fromStack(stack)).toThrow(
      'got enhanced scanning without a filter, expected at least one, since the charge depends on what is scanned: call scanOnPush() or '
      + "scanContinuously() for the caches, or scanContinuouslyMatching('*') for the whole registry [at Stack/Scanning]");
  });

  test('fails when it is continuous and basic', () => {
    const stack = newStack();
    expect(() => new RegistryScanning(stack, 'Scanning').scanContinuously(cache(stack, 'echo'))).toThrow(
      'got continuous scanning with the scan type BASIC, expected scanning on push, the only one that basic scanning has: call scanOnPush(), or set '
      + 'scanType to RegistryScanType.ENHANCED [at Stack/Scanning]');
    expect(() => new RegistryScanning(newStack(), 'Scanning').scanContinuouslyMatching('*')).toThrow('got continuous scanning with the scan type BASIC');
  });

  test('fails for a cache of another account', () => {
    const stack = newStack();
    const other = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Echo', { repositoryPrefix: 'echo', account: '999999999999' });
    expect(() => new RegistryScanning(stack, 'Scanning').scanOnPush(other)).toThrow(
      `got a cache of the account 999999999999 and Region ${ENV.region}, expected one of the account ${ENV.account} and Region ${ENV.region}, whose registry `
      + 'this is about: make a RegistryScanning in a stack of that account and Region [at Stack/Scanning]');
  });

  test('fails for a prefix that a filter has no place for, and names one that has', () => {
    const stack = newStack();
    expect(() => new RegistryScanning(stack, 'Scanning').scanOnPush(cache(stack, 'docker__hub'))).toThrow(
      "got a cache with the prefix 'docker__hub', expected a prefix with single signs between letters and digits, since a scan filter of ECR takes no "
      + "others: write a filter with a wildcard in the place of several signs, such as 'docker*hub/*', which may match other names too");
    expect(() => new RegistryScanning(newStack(), 'Scanning').scanOnPushMatching('docker*hub/*')).not.toThrow();
  });
});

describe('a filter', () => {
  test.each(['*', 'services/*', '*prod*', 'a.b_c-d/e', 'x'.repeat(255)])("may be '%s'", filter => {
    const stack = newStack();
    new RegistryScanning(stack, 'Scanning').scanOnPushMatching(filter);
    expect(propertiesOf(stack, TYPE).Rules).toEqual([rule('SCAN_ON_PUSH', filter)]);
  });

  test.each(['', 'Services/*', '/x', 'x/', 'a--b', 'a//b', 'x'.repeat(256), `${'a'.repeat(200)}!`])("fails as '%s'", filter => {
    expect(() => new RegistryScanning(newStack(), 'Scanning').scanOnPushMatching(filter)).toThrow(
      /^got the scan filter '.*, expected 1 to 255 lower-case letters, digits and '\*', joined by single '\.', '_', '-' or '\/': write one such as 'team\/\*'; without '\*' it matches all names that contain it/);
  });

  test('may be one of 100, and the next fails', () => {
    const scanning = new RegistryScanning(newStack(), 'Scanning');
    scanning.scanOnPushMatching(...Array.from({ length: 100 }, (_, index) => `team-${index}/*`));
    expect(() => scanning.scanOnPushMatching('one-more/*')).toThrow(
      "got 101 filters with the frequency SCAN_ON_PUSH, expected at most 100: let one filter match several repositories, such as 'team/*' or '*'");
  });
});

describe('a second scanning configuration', () => {
  test('fails in one account and Region', () => {
    const app = new App();
    new RegistryScanning(newStack(app, 'One'), 'Scanning');
    new RegistryScanning(newStack(app, 'Two'), 'Scanning');
    expect(() => app.synth()).toThrow(
      'got a second registry scanning configuration for one account and Region (One/Scanning is the first), expected one registry scanning configuration, '
      + 'since ECR keeps one of an account and Region: keep one RegistryScanning and let all caches add to it [at Two/Scanning]');
  });

  test('fails beside an L1, when the app is synthesized', () => {
    const stack = newStack(new App(), 'One');
    new RegistryScanning(stack, 'Scanning');
    new ecr.CfnRegistryScanningConfiguration(stack, 'L1', { scanType: 'BASIC', rules: [] });
    expect(() => Template.fromStack(stack)).toThrow(/got a second registry scanning configuration .*\[at One\/L1\]/s);
  });

  test('may be in another Region', () => {
    const app = new App();
    new RegistryScanning(newStack(app, 'One'), 'Scanning');
    const two = newStack(app, 'Two', { account: ENV.account, region: 'us-east-1' });
    new RegistryScanning(two, 'Scanning').scanOnPushMatching('*');
    expect(warningsOf(two)).toEqual([]);
  });

  test('warns in stacks that go anywhere', () => {
    const app = new App();
    new RegistryScanning(agnosticStack(app, 'One'), 'Scanning');
    const two = agnosticStack(app, 'Two');
    new RegistryScanning(two, 'Scanning').scanOnPushMatching('*');
    expect(warningsOf(two)).toEqual([expect.stringContaining('/Two/Scanning possiblySameRegistry: another registry scanning configuration (One/Scanning) is in this app')]);
  });
});
