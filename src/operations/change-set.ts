import { checkText } from '../private/checks';
import { excerpt, InvalidInputError } from '../private/errors';

/** One reason why a resource changes, as CloudFormation gives it. */
export interface ChangeDetail {
  readonly Target?: {
    readonly Attribute?: string;
    readonly Name?: string;
    readonly RequiresRecreation?: string;
    readonly BeforeValue?: string;
    readonly AfterValue?: string;
  };
  readonly Evaluation?: string;
  readonly ChangeSource?: string;
  readonly CausingEntity?: string;
}

/** What happens to one resource, as CloudFormation gives it. */
export interface ResourceChange {
  readonly Action: string;
  readonly LogicalResourceId: string;
  readonly ResourceType: string;
  readonly PhysicalResourceId?: string;
  readonly Replacement?: string;
  /** Whether what is removed or replaced is deleted. */
  readonly PolicyAction?: string;
  readonly Details?: ChangeDetail[];
  readonly BeforeContext?: string;
  readonly AfterContext?: string;
  /** Of a nested stack. */
  readonly ChangeSetId?: string;
}

interface Page {
  readonly ChangeSetId?: string;
  readonly ChangeSetName?: string;
  readonly Status?: string;
  readonly StatusReason?: string;
  readonly NextToken?: string | null;
  readonly Changes: { readonly Type?: string; readonly ResourceChange?: ResourceChange }[];
}

/** A change set with all its pages, or what is in a stack that is removed, of which there is no change set. */
export interface ChangeSet {
  /** Of the change set, or of the stack. */
  readonly id: string;
  readonly changes: ResourceChange[];
}

/** The answer of DescribeStackResources. */
interface StackContent {
  readonly StackResources: {
    readonly StackId?: string; readonly LogicalResourceId?: string; readonly PhysicalResourceId?: string; readonly ResourceType?: string;
  }[];
}

/** So many resources DescribeStackResources gives at most: its page in the CloudFormation API Reference. */
const MOST_RESOURCES = 100;

/** What CloudFormation says of a change set that would change nothing: it has the status FAILED. */
const NOTHING_CHANGES = /didn't contain changes|No updates are to be performed/i;
const FIX = 'give the output of aws cloudformation describe-change-set, as JSON';

/** Reads the answers of DescribeChangeSet, several pages of one or several change sets; refuses what is not whole. */
export function readChangeSets(texts: string[]): ChangeSet[] {
  if (!Array.isArray(texts) || texts.length === 0) {
    throw new InvalidInputError({ got: 'no change set', expected: 'the JSON of at least one', fix: FIX });
  }
  const groups = new Map<string, Page[]>();
  const documents = texts.map(readDocument);
  for (const page of documents.filter(isPage)) {
    const id = page.ChangeSetId ?? page.ChangeSetName ?? '';
    groups.set(id, [...groups.get(id) ?? [], page]);
  }
  const sets = [...groups].map(([id, pages]) => {
    checkWhole(id, pages);
    return { id, changes: pages.flatMap(changesOf) };
  });
  return [...sets, ...documents.flatMap(document => isPage(document) ? [] : [contentOf(document)])];
}

function isPage(document: Page | StackContent): document is Page {
  return 'Changes' in document;
}

/** What is in a stack that is removed goes with it. */
function contentOf({ StackResources: resources }: StackContent): ChangeSet {
  if (resources.length >= MOST_RESOURCES) {
    throw new InvalidInputError({
      got: `${resources.length} resources of a stack, which are as many as DescribeStackResources gives`,
      expected: `fewer than ${MOST_RESOURCES}, since there may be more`,
      fix: 'leave them out, and look for rules and templates by aws cloudformation list-stack-resources',
    });
  }
  return {
    id: resources[0]?.StackId ?? '',
    changes: resources.map(({ LogicalResourceId = '', ResourceType = '', PhysicalResourceId }) =>
      ({ Action: 'Remove', LogicalResourceId, ResourceType, PhysicalResourceId })),
  };
}

function readDocument(text: string): Page | StackContent {
  checkText('change set', text, 'the output of aws cloudformation describe-change-set');
  let page: unknown;
  try {
    page = JSON.parse(text);
  } catch (problem) {
    throw new InvalidInputError({ got: `${excerpt(text)}, which is no JSON (${(problem as Error).message})`, expected: 'the JSON of a change set', fix: FIX });
  }
  if (Array.isArray((page as Partial<StackContent> | null)?.StackResources)) {
    return page as StackContent;
  }
  const { Changes: changes } = (page ?? {}) as Partial<Page>;
  if (!Array.isArray(changes)) {
    throw new InvalidInputError({ got: `JSON without a list 'Changes', ${excerpt(text)}`, expected: 'the JSON of a change set', fix: FIX });
  }
  checkStatus(page as Page);
  return page as Page;
}

function checkStatus({ Status: status, StatusReason: reason = 'no reason is given' }: Page): void {
  if (status === undefined || status === 'CREATE_COMPLETE' || NOTHING_CHANGES.test(reason)) {
    return;
  }
  throw new InvalidInputError({
    got: `a change set with the status ${status} (${reason})`,
    expected: 'CREATE_COMPLETE',
    fix: status === 'FAILED' ? 'mend what CloudFormation says and make the change set again' : 'wait until it is made, then describe it again',
  });
}

/** Every page but the last has the token of the next one. */
function checkWhole(id: string, pages: Page[]): void {
  const further = pages.filter(page => page.NextToken).length;
  if (further >= pages.length) {
    throw new InvalidInputError({
      got: `${pages.length} of more pages of the change set '${id}'`,
      expected: 'all of them',
      fix: 'describe it with the NextToken of the last page as well, or with the AWS CLI, which joins the pages',
    });
  }
}

function changesOf(page: Page): ResourceChange[] {
  const changes = page.Changes.filter(change => change?.Type === undefined || change.Type === 'Resource');
  return changes.map(one => {
    const change = one?.ResourceChange;
    if (!change?.Action || !change.LogicalResourceId || !change.ResourceType) {
      throw new InvalidInputError({
        got: `a change without an action, a logical id or a type, ${excerpt(JSON.stringify(change ?? {}))}`,
        expected: 'changes as CloudFormation gives them',
        fix: 'give the whole output, without taking something out of it',
      });
    }
    return change;
  });
}

/** The value of a property after the change, when the change set was described with property values. */
export function propertyAfter({ AfterContext: context, LogicalResourceId: logicalId }: ResourceChange, property: string): string | undefined {
  const value = context === undefined ? undefined : propertiesIn(context, logicalId)[property];
  return typeof value === 'string' ? value : undefined;
}

function propertiesIn(context: string, logicalId: string): { [name: string]: unknown } {
  try {
    return (JSON.parse(context) as { Properties?: { [name: string]: unknown } } | null)?.Properties ?? {};
  } catch (problem) {
    throw new InvalidInputError({
      got: `${excerpt(context)} as what ${logicalId} is after the change, which is no JSON (${(problem as Error).message})`,
      expected: 'changes as CloudFormation gives them',
      fix: 'give the whole output, without taking something out of it',
    });
  }
}
