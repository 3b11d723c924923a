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
  /** Names here are judged and stay: what the service needs beside an image of ECR, or whether it pulls through a cache, isn't known. */
  readonly kept?: boolean;
}

const ECS_TASKS = 'EcsProperties.TaskProperties.*';
const EACH_NODE = 'NodeProperties.NodeRangeProperties.*';
const PODS = ['Containers', 'InitContainers'].map(containers => `EksProperties.PodProperties.${containers}.*.Image`);
const BATCH = 'AWS::Batch::JobDefinition';

/** ECS Developer Guide, "Amazon ECS task execution IAM role"; CloudFormation Template Reference, the types of ECS. */
const ECS: readonly KnownImageProperty[] = [
  ['AWS::ECS::TaskDefinition', 'ContainerDefinitions.*.Image'],
  ['AWS::ECS::DaemonTaskDefinition', 'ContainerDefinitions.*.Image'],
  ['AWS::ECS::ExpressGatewayService', 'PrimaryContainer.Image'],
].map(([resourceType, imagePath]) => ({ resourceType, imagePath, rolePath: 'ExecutionRoleArn', removes: ['RepositoryCredentials'] }));

/**
 * What else takes the name of an image, and the role that pulls where the resource has one: CloudFormation Template Reference, each type. Most of
 * these services take images of ECR only, and none documents first pulls through a cache.
 */
export const KEPT_PROPERTIES: readonly KnownImageProperty[] = [
  ['AWS::AppRunner::Service', 'SourceConfiguration.ImageRepository.ImageIdentifier', 'SourceConfiguration.AuthenticationConfiguration.AccessRoleArn'],
  ['AWS::BedrockAgentCore::Runtime', 'AgentRuntimeArtifact.ContainerConfiguration.ContainerUri', 'RoleArn'],
  ['AWS::CleanRoomsML::ConfiguredModelAlgorithm', 'TrainingContainerConfig.ImageUri', 'RoleArn'],
  ['AWS::CleanRoomsML::ConfiguredModelAlgorithm', 'InferenceContainerConfig.ImageUri', 'RoleArn'],
  ['AWS::EMRServerless::Application', 'ImageConfiguration.ImageUri'],
  ['AWS::EMRServerless::Application', 'WorkerTypeSpecifications.*.ImageConfiguration.ImageUri'],
  ['AWS::GameLift::ContainerGroupDefinition', 'GameServerContainerDefinition.ImageUri'],
  ['AWS::GameLift::ContainerGroupDefinition', 'SupportContainerDefinitions.*.ImageUri'],
  ['AWS::ImageBuilder::ContainerRecipe', 'ParentImage'],
  ['AWS::IoTAnalytics::Dataset', 'Actions.*.ContainerAction.Image', 'Actions.*.ContainerAction.ExecutionRoleArn'],
  ['AWS::Lambda::Function', 'Code.ImageUri'],
  ['AWS::Lightsail::Container', 'ContainerServiceDeployment.Containers.*.Image'],
  ['AWS::SageMaker::DataQualityJobDefinition', 'DataQualityAppSpecification.ImageUri', 'RoleArn'],
  ['AWS::SageMaker::ImageVersion', 'BaseImage'],
  ['AWS::SageMaker::InferenceComponent', 'Specification.Container.Image'],
  ['AWS::SageMaker::Model', 'PrimaryContainer.Image', 'ExecutionRoleArn'],
  ['AWS::SageMaker::Model', 'Containers.*.Image', 'ExecutionRoleArn'],
  ['AWS::SageMaker::ModelBiasJobDefinition', 'ModelBiasAppSpecification.ImageUri', 'RoleArn'],
  ['AWS::SageMaker::ModelExplainabilityJobDefinition', 'ModelExplainabilityAppSpecification.ImageUri', 'RoleArn'],
  ['AWS::SageMaker::ModelPackage', 'InferenceSpecification.Containers.*.Image'],
  ['AWS::SageMaker::ModelPackage', 'AdditionalInferenceSpecifications.*.Containers.*.Image'],
  ['AWS::SageMaker::ModelQualityJobDefinition', 'ModelQualityAppSpecification.ImageUri', 'RoleArn'],
  ['AWS::SageMaker::MonitoringSchedule', 'MonitoringScheduleConfig.MonitoringJobDefinition.MonitoringAppSpecification.ImageUri',
    'MonitoringScheduleConfig.MonitoringJobDefinition.RoleArn'],
  ['AWS::SageMaker::ProcessingJob', 'AppSpecification.ImageUri', 'RoleArn'],
].map(([resourceType, imagePath, rolePath]) => ({ resourceType, imagePath, rolePath, kept: true }));

/**
 * The one table of where images are found and rewritten. Batch User Guide, "AWS Batch IAM execution role"; CodeBuild User Guide, "Docker image in a private
 * registry" and the API's ProjectEnvironment.
 */
export const IMAGE_PROPERTIES: readonly KnownImageProperty[] = [
  ...ECS,
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
