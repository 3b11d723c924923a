/*
 * Fails when a change set would replace a pull-through cache. Give it the files with all pages of the change set, those of nested ones, and
 * what describe-stack-resources prints of nested stacks that are removed:
 *
 *   npx cdk deploy MyStack --method=prepare-change-set --change-set-name=check
 *   aws cloudformation describe-change-set --stack-name MyStack --change-set-name check --include-property-values > change-set.json
 *   npx tsx check.ts change-set.json && aws cloudformation execute-change-set --stack-name MyStack --change-set-name check
 */
import { readFileSync } from 'node:fs';
import { ReplacementCheck } from 'cdk-ecr-pull-through-cache';

const files = process.argv.slice(2);
try {
  const findings = ReplacementCheck.ofChangeSet(files.map(file => readFileSync(file, 'utf8')));
  for (const { danger, logicalId, reason, wayOut } of findings) {
    console.error(`${danger} ${logicalId}: ${reason}\n  Instead, ${wayOut}`);
  }
  console.log(findings.length === 0 ? 'no rule and no template would be replaced' : `${findings.length} changes are not safe`);
  process.exitCode = findings.length === 0 ? 0 : 1;
} catch (problem) {
  console.error((problem as Error).message);
  process.exitCode = 2;
}
