import type { Area } from '../claim';
import { checks, oracles, said, unitTests } from '../evidence';
import { CFN_LINT, OPENTOFU, OURS, PULUMI, TYPESCRIPT } from '../judges';

export const WITHOUT_CDK: Area = {
  title: 'Without the CDK',
  claims: [
    {
      id: 'parity',
      claim: 'Template, Terraform module and Pulumi component make what the construct makes: the same rule, roles, policies, template, alarm',
      judges: [OURS],
      tried: 'rows of inputs, rendered by the CDK, OpenTofu, Pulumi and an evaluation of the template, and compared; where a tool can\'t, it must say so; drifts that are put into each must be seen',
      evidence: [oracles('test/oracles/parity.test.ts')],
    },
    {
      id: 'cloudformation',
      claim: 'The published template is valid in CloudFormation, fits into one request, and takes over stacks of the template that Echo published before',
      judges: [CFN_LINT, OURS],
      tried: 'several Regions; a misspelt property, an unknown registry, a reference to nothing and a bad default must be found; every parameter is evaluated',
      evidence: [checks('CloudFormation', ['cfn-lint', 'template']), unitTests('test/cloudformation/')],
      restsOn: ['account-id-principal', 'earlier-role-action'],
    },
    {
      id: 'terraform',
      claim: 'The Terraform module and its examples hold with the oldest and the newest schema of the provider that can be had',
      judges: [OPENTOFU],
      tried: 'validation, plans with mocked values, each refused input; misspelt, missing and wrong arguments must be refused',
      evidence: [
        checks('Terraform', ['validates', 'refused', 'formatted', 'README', 'provider is the tested one']),
        said('Terraform', 'tests', 'tests of the module, oldest provider: # of them passed and 0 didn\'t'),
        said('Terraform', 'tests', 'tests of the module, newest provider: # of them passed and 0 didn\'t'),
      ],
    },
    {
      id: 'pulumi',
      claim: 'The Pulumi component fits the provider, registers what it should, and takes over programs of the component that Echo published before',
      judges: [PULUMI, TYPESCRIPT, OURS],
      tried: 'types of every argument; a misspelt, a missing and a wrong one must be refused; what is registered, with mocks',
      evidence: [checks('Pulumi', ['types hold', 'refused', 'lock file']), said('Pulumi', 'tests', 'tests of the component: # of them passed and 0 didn\'t')],
    },
  ],
};
