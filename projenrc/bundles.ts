import type { awscdk, Task } from 'projen';

/** The given tasks bundle the Lambda handlers first: constructs can't be made without. Bundles that are newer than all sources stay. */
export function bundleOnce(project: awscdk.AwsCdkConstructLibrary, ...tasks: Task[]): void {
  const bundle = project.tasks.tryFind('bundle')!;
  bundle.addCondition('node projenrc/bundles-are-old.mjs');
  project.preCompileTask.reset();
  tasks.forEach(task => task.prependSpawn(bundle));
}
