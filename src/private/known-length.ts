/** How long a resolved text is at least: what CloudFormation fills in is not counted. */
export function knownLength(text: unknown): number {
  if (typeof text === 'string') {
    return text.length;
  }
  const parts: unknown[] = (text as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join']?.[1] ?? [];
  return parts.reduce<number>((sum, part) => sum + (typeof part === 'string' ? part.length : 0), 0);
}
