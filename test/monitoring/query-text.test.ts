import { Aws } from 'aws-cdk-lib';
import { QueryText } from '../../src/monitoring/query-text';

type Query = 'catalogue' | 'storage' | 'storageByCache' | 'importedImages' | 'failures' | 'importsPerDay' | 'denied' | 'pullers' | 'upstreamRefusals' | 'probeFailures'
  | 'imagesAtRisk' | 'unpulled';

const EXPECTED: { [query in Query]: string[] } = {
  catalogue: [
    'filter kind = "repository"',
    'filter repository like /^(echo)\\//',
    'stats latest(tags) as newestTags, latest(images) as imageCount, latest(newestImageAt) as lastImport by repository',
    'sort repository asc',
    'limit 10000',
  ],
  storageByCache: [
    'filter kind = "cache" and cache in ["echo"]',
    'stats latest(bytes) as storedBytes, latest(repositories) as repositoryCount, latest(images) as imageCount, latest(pulls) as pullCount, '
    + 'latest(coverage) as seen by cache',
    'sort storedBytes desc',
  ],
  storage: [
    'filter kind = "repository"',
    'filter repository like /^(echo)\\//',
    'stats latest(bytes) as storedBytes, latest(images) as imageCount, latest(pulls) as pullCount by repository',
    'sort storedBytes desc',
    'limit 50',
  ],
  importedImages: [
    'filter `detail.ecr-repository-prefix` in ["echo"] and `detail.sync-status` = "SUCCESS"',
    'stats latest(`detail.image-digest`) as digest, max(@timestamp) as lastImport by `detail.repository-name`, `detail.image-tag`',
    'sort lastImport desc',
    'limit 10000',
  ],
  failures: [
    'filter `detail.ecr-repository-prefix` in ["echo"] and `detail.sync-status` != "SUCCESS"',
    'stats count(*) as failures, max(@timestamp) as lastFailure, latest(`detail.failure-reason`) as reason '
    + 'by `detail.ecr-repository-prefix`, `detail.failure-code`, `detail.repository-name`, `detail.image-tag`',
    'sort lastFailure desc',
    'limit 100',
  ],
  importsPerDay: [
    'filter `detail.ecr-repository-prefix` in ["echo"] and `detail.sync-status` = "SUCCESS"',
    'stats count(*) as imports, count_distinct(`detail.repository-name`) as repositories by bin(1d) as day, `detail.ecr-repository-prefix`',
    'sort day desc',
  ],
  denied: [
    'filter eventSource = "ecr.amazonaws.com" and errorCode like /^AccessDenied/',
    'filter requestParameters.repositoryName like /^(echo)\\// or errorMessage like /:repository\\/(echo)\\//',
    'stats count(*) as calls, max(@timestamp) as lastCall, latest(errorMessage) as message by userIdentity.arn, eventName',
    'sort lastCall desc',
    'limit 100',
  ],
  pullers: [
    'filter eventSource = "ecr.amazonaws.com" and eventName = "BatchGetImage" and not ispresent(errorCode)',
    'filter requestParameters.repositoryName like /^(echo)\\//',
    'stats count(*) as pulls, max(@timestamp) as lastPull '
    + 'by bin(1d) as day, userIdentity.accountId, coalesce(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn) as caller, '
    + 'requestParameters.repositoryName',
    'sort day desc, pulls desc',
    'limit 10000',
  ],
  upstreamRefusals: [
    'filter eventSource = "ecr.amazonaws.com" and eventName = "BatchGetImage" and responseElements.failures.0.failureCode like /^Upstream/',
    'filter requestParameters.repositoryName like /^(echo)\\//',
    'stats count(*) as calls, max(@timestamp) as lastCall, latest(responseElements.failures.0.failureReason) as reason '
    + 'by responseElements.failures.0.failureCode, requestParameters.repositoryName',
    'sort lastCall desc',
    'limit 100',
  ],
  imagesAtRisk: [
    'filter kind = "atRisk"',
    'filter repository like /^(echo)\\//',
    'stats latest(tags) as imageTags, latest(pulledAt) as lastPull, latest(action) as actionOfLifecycle, latest(rule) as ruleOfLifecycle, '
    + 'max(@timestamp) as lastSeen by repository, digest',
    'sort lastSeen desc, repository asc',
    'limit 10000',
  ],
  unpulled: [
    'filter kind = "repository" and unpulledBytes > 0',
    'filter repository like /^(echo)\\//',
    'stats latest(unpulledBytes) as unpulled, latest(bytes) as storedBytes by repository',
    'sort unpulled desc',
    'limit 50',
  ],
  probeFailures: [
    'filter kind = "image" and outcome = "failed"',
    'filter repository like /^(echo)\\//',
    'fields @timestamp, image, code, message',
    'sort @timestamp desc',
    'limit 20',
  ],
};

const QUERIES = Object.keys(EXPECTED) as Query[];

test.each(QUERIES)('%s asks for the repositories of a cache', query => {
  expect(new QueryText(['echo'])[query]().split('\n| ')).toEqual(EXPECTED[query]);
});

test.each(['catalogue', 'storage', 'imagesAtRisk', 'unpulled', 'denied', 'pullers', 'probeFailures'] as const)('%s asks for all repositories with the prefix ROOT', query => {
  expect(new QueryText(['ROOT'])[query]().split('\n| ')).toEqual(EXPECTED[query].filter(line => !line.includes('(echo)')));
});

test('a prefix is taken as it is spelt, and one that is a token as it will be', () => {
  expect(new QueryText(['team.a/echo', Aws.STACK_NAME]).catalogue()).toContain(`like /^(team\\.a\\/echo|${Aws.STACK_NAME})\\//`);
});

test.each([['failures', 100], ['storage', 50], ['probeFailures', 20]] as const)('%s has room for each cache, up to what CloudWatch gives', (query, rows) => {
  expect(new QueryText(['echo', 'hub'])[query]()).toMatch(new RegExp(`\\| limit ${2 * rows}$`));
  expect(new QueryText(Array.from({ length: 600 }, (_, at) => `c${at}`))[query]()).toMatch(/\| limit 10000$/);
});
