import { Stack, Token } from 'aws-cdk-lib';
import { CfnRepositoryCreationTemplate, TagMutability } from 'aws-cdk-lib/aws-ecr';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { refusals, refuse } from '../private/accepted';
import { emptyConditionProblems, isMissing, isOpenToEverybody, kindOf } from '../private/access';
import { checkLength, checkPrefix, checkText, jsonLength } from '../private/checks';
import { CheckId, InvalidInputError, place, sentence, warn, WarningId } from '../private/errors';
import type { Problem } from '../private/errors';
import { checkList } from '../private/given';
import { isLater } from '../private/later';
import { sortedEntries } from '../private/sorted';
import { oncePerTree, sameNames } from '../private/tree';

/* Limits: CloudFormation reference of AWS::ECR::RepositoryCreationTemplate. */
const LONGEST_TEMPLATE_PREFIX = 256;
export const LONGEST_DESCRIPTION = 256;
const LONGEST_POLICY = 10_240;
const MOST_TAGS = 50;
const LONGEST_TAG_KEY = 128;
const LONGEST_TAG_VALUE = 256;
const MOST_FILTERS = 5;
const LONGEST_FILTER = 128;
const FILTER = /^[0-9a-zA-Z._*-]+$/;

export function checkTemplatePrefix(prefix: string, appliedFor: string[], scope: IConstruct): void {
  checkPrefix('template prefix', prefix, scope, LONGEST_TEMPLATE_PREFIX);
  if (appliedFor.length === 0 || new Set(appliedFor).size < appliedFor.length) {
    throw new InvalidInputError({
      got: appliedFor.length === 0 ? 'a template that is applied for nothing' : `the uses ${appliedFor.join(', ')}`,
      expected: 'at least one use, each once',
      fix: 'leave appliedFor out, or name each TemplateUse once',
    }, scope);
  }
}

export function checkDescription(description: string, scope: IConstruct): void {
  checkLength(CheckId.TEMPLATE_DESCRIPTION_LENGTH, 'template description', description, LONGEST_DESCRIPTION, scope);
}

/** Refuses what is no map of texts. */
export function checkTagMap(tags: { [key: string]: string }, scope: IConstruct): void {
  const other = typeof tags !== 'object' || Array.isArray(tags) ? tags : Object.values(tags).find(value => typeof value !== 'string');
  if (other !== undefined) {
    throw new InvalidInputError({ got: `${kindOf(other)} in tags`, expected: 'a map of keys to texts', fix: "write each tag as a key and a text, such as 'team' and 'platform'" }, scope);
  }
}

/** Tag limits of ECR: User Guide, "Tagging a private repository in Amazon ECR". */
export function checkTags(tags: { [key: string]: string }, scope: IConstruct): void {
  const entries = sortedEntries(tags);
  if (entries.length > MOST_TAGS) {
    refuse(scope, CheckId.TAG_COUNT, { got: `${entries.length} tags`, expected: `at most ${MOST_TAGS}`, fix: 'drop some' });
  }
  for (const [key, value] of entries) {
    if (isLater(key)) {
      continue;
    }
    if (key.length === 0) {
      throw new InvalidInputError({ got: 'a tag without a key', expected: '1 to 128 characters', fix: 'name the tag' }, scope);
    }
    if (key.length > LONGEST_TAG_KEY) {
      refuse(scope, CheckId.TAG_LENGTH, { got: `a tag key of ${key.length} characters`, expected: `1 to ${LONGEST_TAG_KEY}`, fix: 'rename the tag' });
    }
    if (key.toLowerCase().startsWith('aws:')) {
      throw new InvalidInputError({
        got: `the tag '${key}'`, expected: "no key that starts with 'aws:', which AWS reserves", fix: 'rename the tag',
      }, scope);
    }
    checkLength(CheckId.TAG_LENGTH, `value of the tag '${key}'`, value, LONGEST_TAG_VALUE, scope);
  }
}

export function checkExclusionFilters(mutability: TagMutability, filters: string[] | undefined, scope: IConstruct): void {
  if (!isMissing(filters) && !isLater(filters)) {
    checkList('imageTagMutabilityExclusionFilters', filters, scope);
    filters.forEach(filter => checkText('mutability exclusion filter', filter, "'dev-*'", scope));
  }
  const wantsFilters = mutability === TagMutability.IMMUTABLE_WITH_EXCLUSION || mutability === TagMutability.MUTABLE_WITH_EXCLUSION;
  const count = filters?.length ?? 0;
  const wrongCount: Problem = {
    got: `${count} mutability exclusion filters with ${mutability}`,
    expected: `1 to ${MOST_FILTERS}`,
    fix: "name the tags that are excluded, for example ['latest', 'dev-*']",
  };
  if (wantsFilters && count < 1) {
    throw new InvalidInputError(wrongCount, scope);
  }
  if (wantsFilters && count > MOST_FILTERS) {
    refuse(scope, CheckId.EXCLUSION_FILTERS, wrongCount);
  }
  if (!wantsFilters && filters) {
    throw new InvalidInputError({
      got: `mutability exclusion filters with ${mutability}`,
      expected: 'filters with MUTABLE_WITH_EXCLUSION or IMMUTABLE_WITH_EXCLUSION only',
      fix: 'set imageTagMutability to one of these, or leave the filters out',
    }, scope);
  }
  if (Token.isUnresolved(filters)) {
    throw new InvalidInputError({
      got: 'a list of mutability exclusion filters that is known only at deployment',
      expected: 'filters one by one, since each becomes an entry of its own',
      fix: 'write the list out; a single filter in it may be known only at deployment',
    }, scope);
  }
  for (const filter of (filters ?? []).filter(one => !isLater(one))) {
    const wrongFilter: Problem = {
      got: `the mutability exclusion filter '${filter}'`,
      expected: `1 to ${LONGEST_FILTER} letters, digits, '.', '_', '-' and '*'`,
      fix: "write a pattern of tags such as 'dev-*'",
    };
    if (!FILTER.test(filter)) {
      throw new InvalidInputError(wrongFilter, scope);
    }
    if (filter.length > LONGEST_FILTER) {
      refuse(scope, CheckId.EXCLUSION_FILTERS, wrongFilter);
    }
  }
}

/** What ECR would refuse in the policy; asked when the app is synthesized, since statements may be added until then. */
export function repositoryPolicyProblems(policy: iam.PolicyDocument, scope: IConstruct): string[] {
  if (policy.isEmpty) {
    return [];
  }
  // not `validateForResourcePolicy`: newer versions of aws-cdk-lib want resources there, which ECR refuses
  const problems = policy.validateForAnyPolicy();
  const { Statement: statements } = Stack.of(scope).resolve(policy);
  if (statements.some((statement: object) => !('Principal' in statement || 'NotPrincipal' in statement))) {
    problems.push(sentence({
      got: 'a repository policy with a statement without principals',
      expected: 'principals in each statement',
      fix: 'say who is meant, or give the permission to an identity instead',
    }));
  }
  if (statements.some((statement: object) => 'Resource' in statement || 'NotResource' in statement)) {
    problems.push(sentence({
      got: 'a repository policy that names resources',
      expected: 'statements without them, since the policy belongs to the repository it is attached to',
      fix: 'leave the resources out',
    }));
  }
  problems.push(...emptyConditionProblems(statements).map(sentence));
  if (isOpenToEverybody(statements)) {
    warn(scope, WarningId.OPEN_TO_EVERYBODY,
      'the policy of repositories lets everybody in: a statement allows the principal \'*\' without a condition, so any AWS account may use it. Name accounts, such '
      + 'as CachePullers.account() in pullers, add a condition, or acknowledge this warning.');
  }
  const length = jsonLength(policy, scope);
  if (length > LONGEST_POLICY) {
    problems.push(...refusals(scope, CheckId.REPOSITORY_POLICY_LENGTH, {
      got: `a repository policy of ${length} characters`,
      expected: `at most ${LONGEST_POLICY}`,
      fix: 'name an organisation instead of its accounts, or put the statements into the registry policy',
    }));
  }
  return problems;
}

/** Refuses, when the app is synthesized, a second template for a prefix of an account and Region: the prefix names it. */
export function checkTemplatesOfTree(scope: IConstruct): void {
  oncePerTree(scope, 'TemplateRegister', root => {
    root.node.addValidation({
      validate: () => sameNames(
        root.node.findAll().filter(construct => CfnRepositoryCreationTemplate.isCfnRepositoryCreationTemplate(construct)),
        template => template.prefix,
        samePrefix,
      ),
    });
    return true;
  });
}

function samePrefix(twin: CfnRepositoryCreationTemplate): Problem {
  return {
    got: `a second repository creation template for the prefix '${twin.prefix}' of one account and Region (${place(twin)} is the first)`,
    expected: 'one template for each prefix',
    fix: 'join the two: name both uses in appliedFor, or set the repositoryTemplate of the cache',
  };
}
