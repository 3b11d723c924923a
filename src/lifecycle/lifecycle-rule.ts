import { Token } from 'aws-cdk-lib';
import type { Duration } from 'aws-cdk-lib';
import { checkTagSelection, describeImages, numberText, refusedByEcr } from './lifecycle-selection';
import type { TagSelection } from './lifecycle-selection';
import { isMissing, kindOf } from '../private/access';
import { InvalidInputError } from '../private/errors';

/** ECR's words for what a rule counts. */
export const COUNT_TYPES = ['imageCountMoreThan', 'sinceImagePushed', 'sinceImagePulled', 'sinceImageTransitioned'] as const;
export type CountType = typeof COUNT_TYPES[number];

/** ECR's words for what happens to the images that a rule marks. */
export const ACTION_TYPES = ['expire', 'transition'] as const;

/** ECR's words for where an image is kept. */
export const STORAGE_CLASSES = ['standard', 'archive'] as const;
export type StorageClass = typeof STORAGE_CLASSES[number];

/** Which images a rule marks, in AWS's own words. */
export interface LifecycleSelection extends TagSelection {
  readonly storageClass?: StorageClass;
  readonly countType: CountType;
  readonly countUnit?: 'days';
  readonly countNumber: number;
}

/** What happens to them, in AWS's own words. */
export interface LifecycleAction {
  readonly type: typeof ACTION_TYPES[number];
  readonly targetStorageClass?: 'archive';
}

/** One rule of a lifecycle policy in the words of ECR's policy JSON, without its priority: that is its place in the list. */
export interface LifecycleRule {
  readonly description?: string;
  readonly selection: LifecycleSelection;
  readonly action: LifecycleAction;
}

/** "Archived images have a minimum storage duration of 90 days" (ECR User Guide, "Archiving an image"). */
const MIN_ARCHIVED_DAYS = 90;

/** The storage class that a rule looks at: the standard one unless it says otherwise. */
export function storageClassOf(rule: LifecycleRule): StorageClass {
  return rule.selection.storageClass ?? 'standard';
}

/** Refuses a rule that ECR refuses; `where` names the rule in the message. */
export function checkRule(rule: LifecycleRule, where: string): void {
  checkTagSelection(rule.selection, where);
  checkCount(rule.selection, where);
  checkUnit(rule.selection, where);
  checkStorageClass(rule, where);
  checkAction(rule, where);
}

function checkCount({ countNumber, countType }: LifecycleSelection, where: string): void {
  if (Token.isUnresolved(countNumber)) return;
  const counted = countType === 'imageCountMoreThan' ? 'images' : 'days';
  if (!Number.isSafeInteger(countNumber) || countNumber < 1) {
    throw new InvalidInputError({
      got: `${isMissing(countNumber) ? 'no countNumber' : typeof countNumber === 'number' ? `the countNumber ${countNumber}` : `${kindOf(countNumber)} as countNumber`} in ${where}`,
      expected: 'a whole number above 0',
      fix: `count at least 1 of the ${counted}`,
    });
  }
  if (countType === 'sinceImageTransitioned' && countNumber < MIN_ARCHIVED_DAYS) {
    throw refusedByEcr({
      got: `an expiry of archived images after ${countNumber} days in ${where}`,
      expected: `at least ${MIN_ARCHIVED_DAYS} days, the least that an image stays archived`,
      fix: `expire them after ${MIN_ARCHIVED_DAYS} days or more, or expire them instead of archiving them`,
    });
  }
}

function checkUnit({ countType, countUnit }: LifecycleSelection, where: string): void {
  if (countType === 'imageCountMoreThan' && countUnit !== undefined) {
    throw refusedByEcr({
      got: `a countUnit beside the countType 'imageCountMoreThan' in ${where}`,
      expected: 'none, since it counts images',
      fix: 'leave the countUnit out',
    });
  }
  if (countType !== 'imageCountMoreThan' && countUnit === undefined) {
    throw refusedByEcr({
      got: `no countUnit beside the countType '${countType}' in ${where}`,
      expected: "the countUnit 'days'",
      fix: 'add "countUnit": "days"',
    });
  }
}

function checkStorageClass(rule: LifecycleRule, where: string): void {
  const { countType } = rule.selection;
  const needed: StorageClass = countType === 'sinceImageTransitioned' ? 'archive' : 'standard';
  if (storageClassOf(rule) !== needed) {
    throw refusedByEcr({
      got: `the storageClass '${storageClassOf(rule)}' beside the countType '${countType}' in ${where}`,
      expected: `the storageClass '${needed}'`,
      fix: "select archived images with 'sinceImageTransitioned', all others in the standard class",
    });
  }
}

function checkAction({ selection: { countType }, action }: LifecycleRule, where: string): void {
  if (countType === 'sinceImagePulled' && action.type !== 'transition') {
    throw refusedByEcr({
      got: `the action 'expire' beside the countType 'sinceImagePulled' in ${where}`,
      expected: "the action 'transition', the only one that the time since a pull can lead to",
      fix: "archive what isn't pulled, and expire archived images by a second rule",
    });
  }
  if (countType === 'sinceImageTransitioned' && action.type !== 'expire') {
    throw refusedByEcr({
      got: `the action 'transition' beside the countType 'sinceImageTransitioned' in ${where}`,
      expected: "the action 'expire', since these images are archived already",
      fix: "use the action 'expire'",
    });
  }
  if (action.type === 'transition' && action.targetStorageClass === undefined) {
    throw refusedByEcr({
      got: `no targetStorageClass beside the action 'transition' in ${where}`,
      expected: "the targetStorageClass 'archive'",
      fix: 'add "targetStorageClass": "archive"',
    });
  }
  if (action.type === 'expire' && action.targetStorageClass !== undefined) {
    throw refusedByEcr({
      got: `a targetStorageClass beside the action 'expire' in ${where}`,
      expected: "it only beside the action 'transition'",
      fix: "leave the targetStorageClass out, or use the action 'transition'",
    });
  }
}

/** What a rule does, in a few words: the description that it gets when the user gives none, and its name in messages. */
export function describeRule({ selection, action }: LifecycleRule): string {
  const images = describeImages(selection);
  const count = numberText(selection.countNumber);
  const expires = action.type === 'expire';
  switch (selection.countType) {
    case 'imageCountMoreThan':
      return expires ? `keep the newest ${count} ${images}` : `archive all but the newest ${count} ${images}`;
    case 'sinceImagePushed':
      return `${expires ? 'expire' : 'archive'} ${images} ${count} days after their push`;
    case 'sinceImagePulled':
      return `archive ${images} ${count} days after their last pull`;
    case 'sinceImageTransitioned':
      return `expire archived ${images} ${count} days after their archival`;
  }
}

/** The whole days that ECR counts ages in; `where` names the rule in the message. */
export function wholeDays(age: Duration, where: string): number {
  const given: Partial<Duration> | undefined | null = age;
  if (typeof given?.isUnresolved !== 'function') {
    throw new InvalidInputError({ got: `${isMissing(given) ? 'no age' : `${kindOf(given)} as age`} in ${where}`, expected: 'a Duration', fix: 'make it with Duration.days()' });
  }
  if (age.isUnresolved()) {
    if (age.unitLabel() !== 'days') {
      throw new InvalidInputError({
        got: `an age in ${age.unitLabel()} that is known only at deployment in ${where}`,
        expected: 'such an age in days, which ECR counts in',
        fix: 'make it with Duration.days()',
      });
    }
    return age.toDays();
  }
  const days = age.toDays({ integral: false });
  if (!Number.isInteger(days)) {
    throw new InvalidInputError({
      got: `an age of ${days} days in ${where}`,
      expected: 'whole days, which ECR counts in',
      fix: 'round it up to the next day',
    });
  }
  return days;
}
