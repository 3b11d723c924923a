import type { Duration } from 'aws-cdk-lib';
import { InvalidInputError } from '../private/errors';

/** The whole days that ECR counts ages in; `where` names the rule in the message. */
export function wholeDays(age: Duration, where: string): number {
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
