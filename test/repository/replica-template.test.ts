import { PullThroughCache, TemplateUse } from '../../src';
import { ECHO, newStack, propertiesOf } from '../app';
import { Deployed } from '../simulator';

const { CREATE_ON_PUSH, PULL_THROUGH_CACHE, REPLICATION } = TemplateUse;
const TYPE = 'AWS::ECR::RepositoryCreationTemplate';

test("a cache's template may shape replicas too", () => {
  const stack = newStack();
  new PullThroughCache(stack, 'Echo', { upstream: ECHO, repositoryTemplate: { appliedFor: [PULL_THROUGH_CACHE, REPLICATION] } });
  expect(propertiesOf(stack, TYPE)).toMatchObject({ Prefix: 'echo', AppliedFor: ['PULL_THROUGH_CACHE', 'REPLICATION'] });
});

test('a role that creates repositories for replicas may replicate', () => {
  const stack = newStack();
  new PullThroughCache(stack, 'Echo', { upstream: ECHO, repositoryTemplate: { appliedFor: [PULL_THROUGH_CACHE, REPLICATION], tags: { team: 'web' } } });
  expect(new Deployed(stack).policiesOf('EchoRepositoryTemplateCreationRole').flatMap(policy => policy.Statement.flatMap(({ Action }) => Action))).toContain('ecr:ReplicateImage');
});

test.each([[[REPLICATION], 'REPLICATION'], [[REPLICATION, CREATE_ON_PUSH], 'REPLICATION, CREATE_ON_PUSH'], [[], 'nothing']])("a cache's template fails for the uses %j", (appliedFor, named) => {
  expect(() => new PullThroughCache(newStack(), 'Echo', { upstream: ECHO, repositoryTemplate: { appliedFor } })).toThrow(
    `got the repository template of a cache, applied for ${named}, expected PULL_THROUGH_CACHE among its uses: add TemplateUse.PULL_THROUGH_CACHE, or make a `
    + 'RepositoryTemplate beside the cache for another prefix [at Stack/Echo]');
});
