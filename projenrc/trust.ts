import { Component, github } from 'projen';

/** What projen writes by tag, by the commit of that tag: a tag can be moved, a commit can't. */
const PINNED: Record<string, string> = {
  'actions/setup-dotnet@v6.0.0': 'a98b56852c35b8e3190ac28c8c2271da59106c68',
  'actions/setup-go@v7.0.0': 'b7ad1dad31e06c5925ef5d2fc7ad053ef454303e',
  // the commit of v5.7.0, the newest release whose commit is confirmed
  'actions/setup-java@v6.0.0': 'b6effb05e454b25005698d916606bdc6ffcbf961',
  'actions/setup-node@v7.0.0': '820762786026740c76f36085b0efc47a31fe5020',
  'actions/setup-python@v7.0.0': '5fda3b95a4ea91299a34e894583c3862153e4b97',
  'peter-evans/create-pull-request@v8.1.1': '5f6978faf089d4d20b00c7766989d076bb2fc7f1',
};

/** Actions that projen doesn't know. */
export const ATTEST = 'actions/attest@1e69f48acb82d1966a394da916b4c1698aa569d6'; // v4.2.2
const CODEQL = '8aad20d150bbac5944a9f9d289da16a4b0d87c1e'; // v4.36.2

const { READ, WRITE } = github.workflows.JobPermission;

/** A job may do what it asks for and no more, no action moves by itself, and a scanner reads the code. */
export class Trust extends Component {
  constructor(private readonly hub: github.GitHub) {
    super(hub.project);
    for (const [action, commit] of Object.entries(PINNED)) {
      hub.actions.set(action, `${action.split('@')[0]}@${commit}`);
    }
    // what a stranger's pull request starts may not write to the repository or to the pull request
    hub.tryFindWorkflow('pull-request-lint')?.file?.addOverride('jobs.validate.permissions', { 'pull-requests': 'read' });
    this.addScanner();
  }

  public preSynthesize(): void {
    // what is said of one permission says none of the others
    this.hub.workflows.forEach(workflow => workflow.file?.addOverride('permissions.contents', 'none'));
  }

  private addScanner(): void {
    const scanner = this.hub.addWorkflow('code-scanning');
    scanner.on({ pullRequest: {}, push: { branches: ['main'] }, schedule: [{ cron: '0 5 * * 1' }] });
    scanner.addJob('codeql', {
      name: 'CodeQL',
      runsOn: ['ubuntu-latest'],
      permissions: { contents: READ, securityEvents: WRITE },
      steps: [
        github.WorkflowSteps.checkout(),
        { uses: `github/codeql-action/init@${CODEQL}`, with: { 'languages': 'javascript-typescript,python,actions', 'build-mode': 'none' } },
        { uses: `github/codeql-action/analyze@${CODEQL}` },
      ],
    });
  }
}
