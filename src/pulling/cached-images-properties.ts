/** Where a resource names an image, and whose role pulls it. Paths are CloudFormation's, `*` stands for each element of a list. */
export interface ImageProperty {
  /** The CloudFormation type of the resource, such as `AWS::ECS::TaskDefinition`. */
  readonly resourceType: string;

  /** The property that holds the image, such as `ContainerDefinitions.*.Image`. */
  readonly imagePath: string;

  /**
   * The property that holds the ARN of the role that pulls, such as `ExecutionRoleArn`. A `*` means the same element as in `imagePath`.
   *
   * @default - no role of the resource pulls: `pullers` of `CachedImages` do
   */
  readonly rolePath?: string;

  /**
   * Properties beside the image that have no place beside one of ECR, such as the credentials of another registry.
   *
   * @default - none
   */
  readonly removes?: string[];
}

/** What a row says besides that users have no need for. */
export interface KnownImageProperty extends ImageProperty {
  /** Properties beside the image that an image of ECR needs. */
  readonly sets?: { readonly [property: string]: string };
  /** How names begin that the service itself understands. */
  readonly ownImages?: string;
}

const ECS_TASKS = 'EcsProperties.TaskProperties.*';
const EACH_NODE = 'NodeProperties.NodeRangeProperties.*';
const PODS = ['Containers', 'InitContainers'].map(containers => `EksProperties.PodProperties.${containers}.*.Image`);
const BATCH = 'AWS::Batch::JobDefinition';

/**
 * The one table of where images are found. ECS Developer Guide, "Amazon ECS task execution IAM role"; Batch User Guide, "AWS Batch IAM
 * execution role"; CodeBuild User Guide, "Docker image in a private registry" and the API's ProjectEnvironment.
 */
export const IMAGE_PROPERTIES: readonly KnownImageProperty[] = [
  {
    resourceType: 'AWS::ECS::TaskDefinition',
    imagePath: 'ContainerDefinitions.*.Image',
    rolePath: 'ExecutionRoleArn',
    removes: ['RepositoryCredentials'],
  },
  ...['', `${EACH_NODE}.`].flatMap(prefix => [
    {
      resourceType: BATCH,
      imagePath: `${prefix}${prefix ? 'Container' : 'ContainerProperties'}.Image`,
      rolePath: `${prefix}${prefix ? 'Container' : 'ContainerProperties'}.ExecutionRoleArn`,
      removes: ['RepositoryCredentials'],
    },
    {
      resourceType: BATCH,
      imagePath: `${prefix}${ECS_TASKS}.Containers.*.Image`,
      rolePath: `${prefix}${ECS_TASKS}.ExecutionRoleArn`,
      removes: ['RepositoryCredentials'],
    },
    ...PODS.map(pods => ({ resourceType: BATCH, imagePath: `${prefix}${pods}` })),
  ]),
  {
    resourceType: 'AWS::CodeBuild::Project',
    imagePath: 'Environment.Image',
    rolePath: 'ServiceRole',
    removes: ['RegistryCredential'],
    sets: { ImagePullCredentialsType: 'SERVICE_ROLE' },
    ownImages: 'aws/codebuild/',
  },
];
