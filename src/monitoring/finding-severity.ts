/** How bad a vulnerability is, as ECR and Amazon Inspector grade it. */
export enum FindingSeverity {
  /** The worst. */
  CRITICAL = 'CRITICAL',
  /** Bad. */
  HIGH = 'HIGH',
  /** Not so bad. */
  MEDIUM = 'MEDIUM',
  /** Hardly bad. */
  LOW = 'LOW',
  /** Worth knowing. */
  INFORMATIONAL = 'INFORMATIONAL',
}

/** A severity and all that are worse, the worst first. */
export function atLeast(severity: FindingSeverity): FindingSeverity[] {
  const worstFirst = Object.values(FindingSeverity);
  return worstFirst.slice(0, worstFirst.indexOf(severity) + 1);
}
