import { readFileSync } from 'node:fs';
import type { awscdk } from 'projen';
import { github } from 'projen';

const READ = { contents: github.workflows.JobPermission.READ };

/** A job for each step of `.ci/run` at every change and of `.ci/slow` weekly and before releases, so that a red step has a name. */
export function addWorkflows(project: awscdk.AwsCdkConstructLibrary): void {
  const ci = project.github!.addWorkflow('ci');
  ci.on({ pullRequest: {}, push: { branches: ['main'] }, workflowDispatch: {} });
  ci.addJobs(jobsOf('.ci/run'));

  const slow = project.github!.addWorkflow('slow');
  slow.on({ schedule: [{ cron: '0 4 * * 1' }], workflowDispatch: {}, workflowCall: {} });
  slow.addJobs({
    ...jobsOf('.ci/slow'),
    // tells early what a later engine breaks; its pin moves by hand
    newest_engine: { ...job(['sudo apt-get update && sudo apt-get install -y skopeo', 'npm ci', 'bash .ci/newest-engine.sh']), continueOnError: true },
  });
  const release = project.tryFindObjectFile('.github/workflows/release.yml')!;
  release.addOverride('jobs.slow', { uses: './.github/workflows/slow.yml', permissions: { contents: 'read' } });
  release.addOverride('jobs.release.needs', ['slow']);
}

/** The steps that can be chosen, as the script names them. */
function jobsOf(script: string): Record<string, github.workflows.Job> {
  const names = [...readFileSync(script, 'utf8').matchAll(/^step (\w+) /gm)].map(([, name]) => name);
  return Object.fromEntries(names.map(name => [name, job([`bash ${script} ${name}`])]));
}

function job(commands: string[]): github.workflows.Job {
  return {
    runsOn: ['ubuntu-latest'],
    permissions: READ,
    timeoutMinutes: 60,
    steps: [
      { uses: 'actions/checkout@v5', with: { 'fetch-depth': 0 } },
      { uses: 'actions/setup-node@v5', with: { 'node-version': '24' } },
      { uses: 'actions/setup-python@v6', with: { 'python-version': '3.11' } },
      { uses: 'actions/setup-java@v5', with: { 'distribution': 'temurin', 'java-version': '17' } },
      { uses: 'actions/setup-go@v6', with: { 'go-version': 'stable' } },
      ...commands.map(run => ({ run })),
    ],
  };
}
