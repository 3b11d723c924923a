import { CfnParameter } from 'aws-cdk-lib';
import type { CfnParameterProps, Stack } from 'aws-cdk-lib';

/** How many tags the template takes: CloudFormation can't make a list of tags out of one parameter. */
const MOST_TAGS = 5;

/** Permissions of the upstream role, as `UpstreamRole` of the library has them. */
const SCOPED = 'Scoped';
export const AWS_EXAMPLE = 'AwsExample';

interface Described extends CfnParameterProps {
  /** What the console shows beside the field. */
  readonly label: string;
}

interface Group {
  readonly label: string;
  readonly ids: string[];
}

/** The parameters of the template, with the groups and labels by which the console shows them. */
export class TemplateParameters {
  /** A pattern for a text that may be empty. */
  private static optional(pattern: string): string {
    return `^(${pattern})?$`;
  }

  public readonly registryAccount: string;
  public readonly registryRegion: string;
  public readonly prefix: string;
  public readonly roleName: string;
  public readonly policyName: string;
  public readonly rolePermissions: string;
  public readonly imagesKept: number;
  public readonly untaggedImageDays: number;
  public readonly encryptionKeyArn: string;
  public readonly tags: { readonly key: string; readonly value: string }[];
  public readonly pullerAccounts: string;
  public readonly pullerOrganization: string;
  public readonly alarmTopicArn: string;
  public readonly alarmEmail: string;

  private readonly groups: Group[] = [];
  private readonly labels: { [id: string]: string } = {};

  constructor(private readonly stack: Stack) {
    this.group("Echo's registry");
    this.registryAccount = this.text('EchoRegistryAccountId', {
      label: 'Account',
      description: "The account of Echo's registry: 12 digits, shown on Echo's platform.",
      allowedPattern: '^[0-9]{12}$',
      constraintDescription: 'must be the 12 digits of an AWS account id',
    });
    this.registryRegion = this.text('EchoRegistryRegion', {
      label: 'Region',
      description: "The Region of Echo's registry.",
      default: 'us-east-1',
      allowedPattern: '^[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}$',
      constraintDescription: 'must be the name of an AWS Region, such as us-east-1',
    });

    this.group('Cache');
    this.prefix = this.text('CacheNamespacePrefix', {
      label: 'Prefix of the cached repositories',
      description: 'With echo, the image nginx is pulled as echo/nginx. It can not be changed later: another prefix is another stack.',
      default: 'echo',
      minLength: 2,
      maxLength: 30,
      allowedPattern: '^[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*$',
      constraintDescription: 'must be 2 to 30 lower-case letters and digits, joined by single . _ __ - or /, without a slash at the end',
    });

    this.group("Role that ECR assumes to read Echo's registry");
    this.roleName = this.text('IAMRoleName', {
      label: 'Name of the role',
      description: 'It can exist once in an account: choose another one for a second Region.',
      default: 'echo-mirror-role',
      allowedPattern: '^[A-Za-z0-9+=,.@_-]{1,64}$',
      constraintDescription: 'must be 1 to 64 letters, digits and + = , . @ _ -',
    });
    this.policyName = this.text('IAMPolicyName', {
      label: 'Name of its inline policy',
      description: 'The name of the policy in that role.',
      default: 'echo-mirror-policy',
      allowedPattern: '^[A-Za-z0-9+=,.@_-]{1,128}$',
      constraintDescription: 'must be 1 to 128 letters, digits and + = , . @ _ -',
    });
    this.rolePermissions = this.text('UpstreamRolePermissions', {
      label: 'Permissions of the role',
      description: `${SCOPED} ends at Echo's repositories and those of this cache. ${AWS_EXAMPLE} is the example of AWS, whose resource is *: `
        + 'take it first when you update a stack that works, or when pulls fail with the narrower one.',
      default: SCOPED,
      allowedValues: [SCOPED, AWS_EXAMPLE],
    });

    this.group('Repositories that a first pull creates');
    this.imagesKept = this.count('ImagesKept', {
      label: 'Images kept',
      description: 'How many tagged images each repository keeps, the newest by the time of their import.',
      default: 10,
    });
    this.untaggedImageDays = this.count('UntaggedImageDays', {
      label: 'Days for untagged images',
      description: 'How many days after its import an image goes that no tag points at any more.',
      default: 30,
    });
    this.encryptionKeyArn = this.text('EncryptionKeyArn', {
      label: 'KMS key',
      description: 'The ARN of the key that encrypts the repositories; empty for AES-256 with keys of Amazon S3.',
      default: '',
      allowedPattern: TemplateParameters.optional('arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+'),
      constraintDescription: 'must be the ARN of a KMS key (not of an alias), or empty',
    });
    this.tags = Array.from({ length: MOST_TAGS }, (_, index) => this.tag(index + 1));

    this.group('Who pulls');
    // text rather than a list, which no condition can compare by the functions that CloudFormation documents for it
    this.pullerAccounts = this.text('PullerAccounts', {
      label: 'Other accounts',
      description: 'Accounts whose principals may pull from the repositories, besides those of this account; comma-separated. '
        + 'The output RegistryPolicyToAdd says what they need for first pulls.',
      default: '',
      allowedPattern: TemplateParameters.optional('[0-9]{12}(,[0-9]{12})*'),
      constraintDescription: 'must be account ids of 12 digits, separated by commas without blanks, or empty',
    });
    this.pullerOrganization = this.text('PullerOrganizationId', {
      label: 'Organization',
      description: 'The organization whose principals may pull what is cached; empty for none. Name those of its accounts that make first pulls above: '
        + 'with an organization, accounts count only while they belong to it.',
      default: '',
      allowedPattern: TemplateParameters.optional('o-[a-z0-9]{10,32}'),
      constraintDescription: 'must be the id of an organization, such as o-abcde12345, or empty',
    });

    this.group('Alarm on imports that fail');
    this.alarmTopicArn = this.text('AlarmTopicArn', {
      label: 'Topic',
      description: 'The ARN of an SNS topic in this Region that is told; empty for none.',
      default: '',
      allowedPattern: TemplateParameters.optional('arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]+'),
      constraintDescription: 'must be the ARN of an SNS topic, or empty',
    });
    this.alarmEmail = this.text('AlarmEmail', {
      label: 'E-mail',
      description: 'An address that is told, after it has confirmed the first mail; empty for none.',
      default: '',
      allowedPattern: TemplateParameters.optional('[^@ ]+@[^@ ]+'),
      constraintDescription: 'must be an e-mail address, or empty',
    });
  }

  /** How the console shows the parameters. */
  public get consoleInterface(): object {
    return {
      ParameterGroups: this.groups.map(({ label, ids }) => ({ Label: { default: label }, Parameters: ids })),
      ParameterLabels: Object.fromEntries(Object.entries(this.labels).map(([id, label]) => [id, { default: label }])),
    };
  }

  private group(label: string): void {
    this.groups.push({ label, ids: [] });
  }

  private tag(place: number): { key: string; value: string } {
    return {
      key: this.text(`RepositoryTagKey${place}`, {
        label: `Key of tag ${place}`,
        description: `The key of tag ${place} of the repositories; empty for none.`,
        default: '',
        maxLength: 128,
        allowedPattern: TemplateParameters.optional('(?![aA][wW][sS]:)[A-Za-z0-9 _.:/=+@-]+'),
        constraintDescription: 'must be letters, digits, blanks and _ . : / = + @ -, and not start with aws:, which AWS reserves; or empty',
      }),
      value: this.text(`RepositoryTagValue${place}`, {
        label: `Value of tag ${place}`,
        description: `The value of tag ${place}.`,
        default: '',
        maxLength: 256,
        allowedPattern: TemplateParameters.optional('[A-Za-z0-9 _.:/=+@-]+'),
        constraintDescription: 'must be letters, digits, blanks and _ . : / = + @ -, or empty',
      }),
    };
  }

  private text(id: string, props: Described): string {
    return this.parameter(id, { type: 'String', ...props }).valueAsString;
  }

  private count(id: string, props: Described): number {
    return this.parameter(id, { type: 'Number', minValue: 1, ...props, constraintDescription: 'must be a whole number from 1' }).valueAsNumber;
  }

  private parameter(id: string, { label, ...props }: Described): CfnParameter {
    this.groups[this.groups.length - 1].ids.push(id);
    this.labels[id] = label;
    return new CfnParameter(this.stack, id, props);
  }
}
