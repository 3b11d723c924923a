import { YamlFile } from 'projen';
import type { Project } from 'projen';

interface Field {
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  readonly render?: string;
  readonly optional?: boolean;
  readonly options?: string[];
}

/** The forms of GitHub's issues: they ask for what is needed to see a problem. */
export function addIssueTemplates(project: Project): void {
  form(project, 'bug', 'Something does not work', 'What was expected, what happened, and what it takes to see it.', [
    { id: 'happened', label: 'What happened, and what was expected', description: 'With the whole message, as it was printed.' },
    { id: 'app', label: 'The shortest app that shows it', render: 'typescript' },
    { id: 'template', label: 'The part of the template that is wrong', description: 'From `npx cdk synth`. Account ids and names may be replaced.', render: 'yaml', optional: true },
    { id: 'versions', label: 'Versions', description: 'This package, aws-cdk-lib, constructs, the CDK CLI, and the language with its version.', render: 'text' },
    {
      id: 'region', label: 'Where it is deployed', options: ['not deployed: it fails at synthesis', 'an AWS Region that is on by default', 'an opt-in Region', 'China', 'AWS GovCloud (US)', 'the local engine'],
    },
    { id: 'upstream', label: 'The upstream', description: 'Which registry the cache reads, and whether by a credential or a role.', optional: true },
  ]);
  form(project, 'feature', 'Something is missing', 'A need first, then how it may look.', [
    { id: 'need', label: 'What you need, and for what' },
    { id: 'page', label: "AWS's page on it", description: 'Of a service, a property or an action that is not covered.', optional: true },
    { id: 'code', label: 'How the code might look', render: 'typescript', optional: true },
  ]);
  new YamlFile(project, '.github/ISSUE_TEMPLATE/config.yml', {
    obj: {
      blank_issues_enabled: true,
      contact_links: [{
        name: 'A vulnerability', url: 'https://github.com/ecr-pull-through-cache/cdk-ecr-pull-through-cache/security/policy', about: 'is reported in private.',
      }],
    },
  });
}

function form(project: Project, file: string, name: string, description: string, fields: Field[]): void {
  new YamlFile(project, `.github/ISSUE_TEMPLATE/${file}.yml`, {
    obj: {
      name,
      description,
      labels: [file],
      body: fields.map(field => ({
        type: field.options ? 'dropdown' : 'textarea',
        id: field.id,
        attributes: { label: field.label, description: field.description, render: field.render, options: field.options },
        validations: { required: field.optional !== true },
      })),
    },
  });
}
