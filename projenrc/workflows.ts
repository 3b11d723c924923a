import { readFileSync } from 'node:fs';
import { github, type awscdk } from 'projen';

const READ = { contents: github.workflows.JobPermission.READ };

/** Every workflow sets up the newest release of this major version. */
export const NODE = '24';

/** A job for each step of `.ci/run` at every change and of `.ci/slow` weekly, both before releases, so that a red step has a name. */
export function addWorkflows(project: awscdk.AwsCdkConstructLibrary): void {
  const ci = project.github!.addWorkflow('ci');
  ci.on({ pullRequest: {}, push: { branches: ['main'] }, workflowDispatch: {}, workflowCall: {} });
  ci.addJobs(jobsOf('.ci/run'));

  const slow = project.github!.addWorkflow('slow');
  slow.on({ schedule: [{ cron: '0 4 * * 1' }], workflowDispatch: {}, workflowCall: {} });
  slow.addJobs({
    ...jobsOf('.ci/slow'),
    // what no other machine has the SDK for
    dotnet: job(['npm ci', 'npx projen compile', 'bash .ci/dotnet.sh'], { dotnet: { version: '8.x' } }),
    // tells early what a later engine breaks; its pin moves by hand
    newest_engine: { ...job(['sudo apt-get update && sudo apt-get install -y skopeo', 'npm ci', 'bash .ci/newest-engine.sh']), continueOnError: true },
  });
}

/** The steps that can be chosen, as the script names them. */
function jobsOf(script: string): Record<string, github.workflows.Job> {
  const names = [...readFileSync(script, 'utf8').matchAll(/^step (\w+) /gm)].map(([, name]) => name);
  return Object.fromEntries(names.map(name => [name, job([`bash ${script} ${name}`])]));
}

function job(commands: string[], more: github.workflows.Tools = {}): github.workflows.Job {
  return {
    runsOn: ['ubuntu-latest'],
    permissions: READ,
    timeoutMinutes: 60,
    tools: {
      node: { version: NODE },
      python: { version: '3.11' },
      java: { version: '17', distribution: 'temurin' },
      go: { version: 'stable' },
      ...more,
    },
    steps: [
      github.WorkflowSteps.checkout({ with: { fetchDepth: 0 } }),
      ...commands.map(run => ({ run })),
    ],
  };
}
