/** The shortest values of what CloudFormation fills in by itself: `aws`, 12 digits, `us-east-1`. */
const SHORTEST: { [parameter: string]: number } = { 'AWS::Partition': 3, 'AWS::AccountId': 12, 'AWS::Region': 9 };

/** How long a resolved text is at least: of what is known at deployment only, nothing is counted but the above. */
export function knownLength(text: unknown): number {
  if (typeof text === 'string') {
    return text.length;
  }
  const { Ref: parameter, 'Fn::Join': join } = text as { 'Ref'?: string; 'Fn::Join'?: [string, unknown[]] };
  return parameter !== undefined ? SHORTEST[parameter] ?? 0 : (join?.[1] ?? []).reduce<number>((sum, part) => sum + knownLength(part), 0);
}
