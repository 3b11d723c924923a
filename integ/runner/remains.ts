import { DeleteStackCommand, DescribeStacksCommand, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  DeletePullThroughCacheRuleCommand, DeleteRepositoryCommand, DeleteRepositoryCreationTemplateCommand, DescribePullThroughCacheRulesCommand,
  DescribeRepositoriesCommand, DescribeRepositoryCreationTemplatesCommand, paginateDescribeRepositories,
} from '@aws-sdk/client-ecr';
import type { Account } from './account';

/** How the names of everything begin that a run makes. */
const PREFIX = 'integ-';
const STACK = /^Integ[A-Z]/;
const STACK_MINUTES = 60;

/** Refuses an account in which something has the names of a run: what is there at the end is deleted. */
export async function expectNothing(account: Account): Promise<void> {
  const found = [...await stacksOf(account), ...await reposOf(account), ...await rulesOf(account), ...await templatesOf(account)];
  if (found.length > 0) {
    throw new Error(`got ${found.slice(0, 5).join(', ')} in ${account.config.region} already, expected nothing whose name begins with 'Integ' or '${PREFIX}', `
      + 'since a run deletes that: delete it, or run with --clean, which does only that');
  }
}

/** Deletes all that a run makes. What could not be deleted, and why. */
export async function removeAll(account: Account): Promise<string[]> {
  const left: string[] = [];
  const attempt = async (what: string, remove: () => Promise<unknown>) => {
    await remove().catch((problem: Error) => left.push(`${what} in ${account.config.region}: ${problem.message}`));
  };
  left.push(...await removeStacks(account));
  for (const ecrRepositoryPrefix of await rulesOf(account)) {
    await attempt(`rule ${ecrRepositoryPrefix}`, async () => account.ecr.send(new DeletePullThroughCacheRuleCommand({ ecrRepositoryPrefix })));
  }
  for (const prefix of await templatesOf(account)) {
    await attempt(`template ${prefix}`, async () => account.ecr.send(new DeleteRepositoryCreationTemplateCommand({ prefix })));
  }
  for (const repositoryName of await reposOf(account)) {
    await attempt(`repository ${repositoryName}`, async () => account.ecr.send(new DeleteRepositoryCommand({ repositoryName, force: true })));
  }
  return left;
}

/** Deletes the stacks, and nothing else. What could not be deleted, and why. */
export async function removeStacks(account: Account): Promise<string[]> {
  const left: string[] = [];
  for (const StackName of await stacksOf(account)) {
    await removeStack(account, StackName).catch((problem: Error) => left.push(`stack ${StackName} in ${account.config.region}: ${problem.message}`));
  }
  return left;
}

async function removeStack(account: Account, StackName: string): Promise<void> {
  const end = Date.now() + STACK_MINUTES * 60_000;
  for (let tries = 0; ; tries++) {
    const found = await account.cloudFormation.send(new DescribeStacksCommand({ StackName })).then(({ Stacks }) => Stacks?.[0], (problem: Error) => {
      if (!/does not exist/.test(problem.message)) { throw problem; }
      return undefined;
    });
    if (found === undefined || found.StackStatus === 'DELETE_COMPLETE') { return; }
    if (found.StackStatus === 'DELETE_FAILED' && tries > 0 || Date.now() > end) {
      throw new Error(`${found.StackStatus}: ${found.StackStatusReason ?? 'no reason'}`);
    }
    if (found.StackStatus !== 'DELETE_IN_PROGRESS') {
      // refused while an update that was interrupted goes back
      await account.cloudFormation.send(new DeleteStackCommand({ StackName })).catch(() => undefined);
    }
    await new Promise(resolve => setTimeout(resolve, account.config.endpoint === undefined ? 5000 : 100));
  }
}

async function stacksOf(account: Account): Promise<string[]> {
  const names: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await account.cloudFormation.send(new ListStacksCommand({ NextToken }));
    names.push(...(page.StackSummaries ?? []).filter(one => STACK.test(one.StackName!) && one.StackStatus !== 'DELETE_COMPLETE' && !one.ParentId).map(one => one.StackName!));
    NextToken = page.NextToken;
  } while (NextToken);
  // those that were made last depend on the earlier ones
  return [...new Set(names)];
}

async function reposOf(account: Account): Promise<string[]> {
  const names: string[] = [];
  for await (const { repositories = [] } of paginateDescribeRepositories({ client: account.ecr }, {})) {
    names.push(...repositories.map(({ repositoryName }) => repositoryName!).filter(name => name.startsWith(PREFIX)));
  }
  return names;
}

async function rulesOf(account: Account): Promise<string[]> {
  const { pullThroughCacheRules = [] } = await account.ecr.send(new DescribePullThroughCacheRulesCommand({ maxResults: 100 }));
  return pullThroughCacheRules.map(({ ecrRepositoryPrefix }) => ecrRepositoryPrefix!).filter(name => name.startsWith(PREFIX));
}

async function templatesOf(account: Account): Promise<string[]> {
  const { repositoryCreationTemplates = [] } = await account.ecr.send(new DescribeRepositoryCreationTemplatesCommand({ maxResults: 100 }));
  return repositoryCreationTemplates.map(({ prefix }) => prefix!).filter(name => name.startsWith(PREFIX));
}

/** Whether a repository is there. */
export async function isThere(account: Account, repositoryName: string): Promise<boolean> {
  return account.ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] })).then(() => true, () => false);
}
