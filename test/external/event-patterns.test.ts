import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as events from 'aws-cdk-lib/aws-events';
import { runProgram } from './program';
import { CacheEvents, FindingSeverity, PullThroughCache } from '../../src';
import type { IPullThroughCache } from '../../src';
import { configurationChanged, pushed } from '../../src/monitoring/integrity-patterns';
import { matches } from '../monitoring/event-pattern';
import { cacheAction, call, denial, imageAction, imageScan, inspectorFinding } from '../monitoring/events-of-ecr';

type Choose = (of: CacheEvents, cache: IPullThroughCache) => events.EventPattern;

const TRUSTED = 'arn:aws:iam::123456789012:role/pipeline';

/** A pattern as it stands in a template. */
function rendered(prefix: string, choose: Choose): any {
  const stack = new Stack(new App(), 'Stack');
  const cache = PullThroughCache.fromRepositoryPrefix(stack, 'Cache', prefix);
  new events.Rule(stack, 'Rule', { eventPattern: choose(CacheEvents.fromRule(cache), cache) });
  const [rule] = Object.values(Template.fromStack(stack).findResources('AWS::Events::Rule'));
  return rule.Properties.EventPattern;
}

/** Every pattern that the library can write for a prefix. */
const PATTERNS: { [name: string]: Choose } = {
  cacheEvent: (cache) => cache.cacheEventPattern(),
  imageCached: (cache) => cache.imageCachedPattern(),
  pullFailed: (cache) => cache.pullFailedPattern(),
  pullDenied: (cache) => cache.pullDeniedPattern(),
  upstreamRefused: (cache) => cache.upstreamRefusedPattern(),
  configurationChanged: (_, cache) => configurationChanged([cache], [TRUSTED]),
  pushed: (_, cache) => pushed([cache], [TRUSTED]),
  imageScanned: (cache) => cache.imageScannedPattern(),
  findingReported: (cache) => cache.findingReportedPattern(),
  ...Object.fromEntries(Object.values(FindingSeverity).flatMap((severity) => [
    [`imageScanned ${severity}`, (cache: CacheEvents) => cache.imageScannedPattern(severity)],
    [`findingReported ${severity}`, (cache: CacheEvents) => cache.findingReportedPattern(severity)],
  ])),
};
const PREFIXES = ['echo', 'team-a/docker_hub.io', 'ROOT'];

/** Events of a repository and of a rule, all sorts of them. */
function eventsOf(rulePrefix: string, repository: string): any[] {
  const ours = { requestParameters: { repositoryName: repository } };
  return [
    cacheAction(rulePrefix, repository),
    cacheAction(rulePrefix, repository, { 'image-tag': undefined }),
    ...['FAILURE', 'FAILED', '', 'success'].map((status) => cacheAction(rulePrefix, repository, { 'sync-status': status, 'failure-code': 'Any' })),
    { ...cacheAction(rulePrefix, repository), source: 'my.app' },
    imageAction(repository),
    ...[{}, { CRITICAL: 1 }, { CRITICAL: 0, HIGH: 3 }, { MEDIUM: 2 }, { LOW: 1 }, { INFORMATIONAL: 9, UNDEFINED: 1 }]
      .map((counts) => imageScan(repository, counts)),
    ...['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL', 'UNTRIAGED'].map((severity) => inspectorFinding(repository, severity)),
    inspectorFinding(repository, 'CRITICAL', 'CLOSED'),
    call('BatchGetImage', { ...ours, errorCode: 'AccessDenied' }),
    call('CreateRepository', { ...ours, errorCode: 'AccessDeniedException' }),
    call('BatchGetImage', ours),
    call('PutImage', { ...ours, errorCode: 'AccessDenied' }),
    call('BatchGetImage', { ...ours, errorCode: 'RepositoryNotFoundException' }),
    call('GetDownloadUrlForLayer', { requestParameters: null, errorCode: 'AccessDenied', errorMessage: denial('GetDownloadUrlForLayer', repository) }),
    call('BatchGetImage', { ...ours, errorCode: 'AccessDenied', eventSource: 's3.amazonaws.com' }),
    call('ImportUpstreamImage', { requestParameters: null, errorCode: 'AccessDenied', errorMessage: denial('BatchImportUpstreamImage', repository) }),
    ...['PutImage', 'SetRepositoryPolicy'].flatMap((name) => [
      call(name, ours),
      call(name, { ...ours, sourceIPAddress: 'ecr.amazonaws.com' }),
      ...[TRUSTED, 'arn:aws:iam::123456789012:role/admin'].map((arn) => call(name, { ...ours, userIdentity: { sessionContext: { sessionIssuer: { arn } } } })),
    ]),
    call('DeletePullThroughCacheRule', { requestParameters: { ecrRepositoryPrefix: rulePrefix } }),
    call('DeleteRepositoryCreationTemplate', { requestParameters: { prefix: rulePrefix } }),
    call('DeleteRegistryPolicy', { requestParameters: null }),
    ...['UpstreamAccessDenied', 'UpstreamTooManyRequests', 'UpstreamUnavailable'].map((failureCode) => (
      call('BatchGetImage', { ...ours, responseElements: { images: [], failures: [{ imageId: { imageTag: '1' }, failureCode }] } }))),
  ];
}
const REPOSITORIES = [
  ['echo', 'echo/nginx'], ['echo-2', 'echo-2/nginx'], ['ROOT', 'library/nginx'], ['ROOT', 'echo/nginx'], ['team-a/docker_hub.io', 'team-a/docker_hub.io/x/y'],
  ['team-a', 'team-a/docker_hub_io/x'],
];
const EVENTS = REPOSITORIES.flatMap(([prefix, repository]) => eventsOf(prefix, repository));

describe("EventBridge's matcher", () => {
  const folder = mkdtempSync(join(tmpdir(), 'event-ruler-'));
  let classpath: string;

  function judge(asked: { pattern: any; event: any }[]): string[] {
    const input = asked.map((one) => `${JSON.stringify(one)}\n`).join('');
    return runProgram('java', ['-cp', classpath, 'Judge'], { input, encoding: 'utf8', maxBuffer: 2 ** 30 }).trimEnd().split('\n');
  }

  beforeAll(() => {
    cpSync(join(__dirname, 'event-ruler'), folder, { recursive: true });
    runProgram('mvn', ['-B', '-q', 'compile', 'dependency:build-classpath', '-Dmdep.outputFile=classpath'], {
      cwd: folder, stdio: ['ignore', 'inherit', 'inherit'],
    });
    classpath = [join(folder, 'target', 'classes'), readFileSync(join(folder, 'classpath'), 'utf8').trim()].join(delimiter);
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true }));

  const asked = PREFIXES.flatMap((prefix) => Object.entries(PATTERNS).flatMap(([name, choose]) => {
    const pattern = rendered(prefix, choose);
    return EVENTS.map((event) => ({ name: `${name} of ${prefix}`, pattern, event }));
  }));

  test('takes every pattern and agrees with the unit tests about every event', () => {
    const verdicts = judge(asked.map(({ pattern, event }) => ({ pattern, event })));

    expect(verdicts).toHaveLength(asked.length);
    expect(asked.flatMap(({ name, pattern, event }, index) => (
      verdicts[index] === String(matches(pattern, event)) ? [] : [`${name}: ${verdicts[index]} for ${JSON.stringify(event)}`]))).toEqual([]);
    const told = new Map<string, Set<string>>();
    asked.forEach(({ name }, index) => told.set(name, (told.get(name) ?? new Set()).add(verdicts[index])));
    expect([...told].filter(([, both]) => !both.has('true') || !both.has('false'))).toEqual([]);
  }, 120_000);

  test('fails for an empty object, which EventBridge refuses', () => {
    expect(judge([{ pattern: { source: ['aws.ecr'], detail: {} }, event: imageScan('echo/nginx') }])).toEqual([
      expect.stringMatching(/^refused: Empty objects are not allowed/),
    ]);
  });

  test("fails to match what is another cache's, whose prefix begins with this one's", () => {
    const pattern = rendered('echo', (cache) => cache.imageScannedPattern());

    expect(judge([{ pattern, event: imageScan('echo/nginx') }, { pattern, event: imageScan('echoes/nginx') }])).toEqual(['true', 'false']);
  });

  test('fails for a pattern that EventBridge does not know', () => {
    expect(judge([{ pattern: { detail: { 'sync-status': [{ 'starts-with': 'FAIL' }] } }, event: cacheAction('echo', 'echo/nginx') }])).toEqual([
      expect.stringMatching(/^refused: Unrecognized match type starts-with/),
    ]);
  });
});
