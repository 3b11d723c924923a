import { Component, github, type awscdk } from 'projen';
import { ATTEST } from './trust';

const { READ, WRITE } = github.workflows.JobPermission;
const ONLY_MAIN = "github.ref == 'refs/heads/main'";
const NO_DRY_RUN = '${{ !inputs.dry_run }}';

/** The publisher installs programs by pip; it sees these versions only. */
const PIP_CONSTRAINT = '${{ github.workspace }}/.repo/.ci/publisher-requirements.txt';

/** The publish jobs, their publisher, and the files whose origin is attested. Go has no files: its module is a tag of another repository. */
const REGISTRIES: Record<string, { publisher: string; files?: string }> = {
  npm: { publisher: 'publib-npm', files: 'dist/js/*.tgz' },
  pypi: { publisher: 'publib-pypi', files: 'dist/python/*' },
  maven: { publisher: 'publib-maven', files: 'dist/java/**/*.jar' },
  nuget: { publisher: 'publib-nuget', files: 'dist/dotnet/**/*.nupkg' },
  golang: { publisher: 'publib-golang' },
};

/** A release is started by a person on main, waits for every check and for an approval, and says where its files come from. */
export class Releasing extends Component {
  private readonly workflow: github.GithubWorkflow;

  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    this.workflow = project.github!.tryFindWorkflow('release')!;

    // while the version is set: it names the version that it lists the parts of
    project.packageTask.exec('npm sbom --sbom-format=cyclonedx --package-lock-only > dist/sbom.cdx.json');
    project.release!.publisher.addGitHubPostPublishingSteps({
      name: 'Attach the package, the list of its parts and the references',
      if: NO_DRY_RUN,
      env: { GITHUB_TOKEN: '${{ secrets.GITHUB_TOKEN }}' },
      run: 'gh release upload "$(cat dist/releasetag.txt)" dist/sbom.cdx.json dist/js/*.tgz dist/reference/*.md --clobber -R "$GITHUB_REPOSITORY"',
    });
  }

  public preSynthesize(): void {
    for (const name of ['ci', 'slow']) {
      this.workflow.addJob(name, { if: ONLY_MAIN, uses: `./.github/workflows/${name}.yml`, permissions: { contents: READ } });
    }
    // it builds what is published; the jobs that publish write
    this.update('release', { if: ONLY_MAIN, needs: ['ci', 'slow'], permissions: { contents: READ } });
    // the jobs that it needs have been approved
    this.update('release_github', { environment: undefined });
    for (const [name, { publisher, files }] of Object.entries(REGISTRIES)) {
      const job = `release_${name}`;
      // the publisher of the lock file, whose hash is known, and not what a registry serves at that moment
      const { env } = this.workflow.getStep(job, 'release');
      this.workflow.patchStep(job, 'release', { run: `.repo/node_modules/.bin/${publisher}`, env: { ...env, PIP_CONSTRAINT } });
      if (files !== undefined) { this.attest(job, files); }
    }
    this.workflow.insertStepBefore('release_npm', 'release', {
      id: 'trusted_publishing',
      name: 'npm is new enough to publish without a token',
      run: 'printf \'11.5.1\\n%s\\n\' "$(npm --version)" | sort --version-sort --check',
    });
  }

  private attest(job: string, files: string): void {
    const { permissions } = this.workflow.getJob(job);
    this.update(job, { permissions: { ...permissions, idToken: WRITE, attestations: WRITE } });
    this.workflow.insertStepBefore(job, 'release', { id: 'attest', name: 'Attest where it was built', if: NO_DRY_RUN, uses: ATTEST, with: { 'subject-path': files } });
    if (job === 'release_npm') {
      this.workflow.insertStepBefore(job, 'release', {
        id: 'attest_parts',
        name: 'Attest what it was built with',
        if: NO_DRY_RUN,
        uses: ATTEST,
        with: { 'subject-path': files, 'sbom-path': 'dist.old/sbom.cdx.json' },
      });
    }
  }

  private update(job: string, changes: Partial<github.workflows.Job>): void {
    this.workflow.updateJob(job, { ...this.workflow.getJob(job) as github.workflows.Job, ...changes });
  }
}
