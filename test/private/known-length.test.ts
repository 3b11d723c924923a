import { knownLength } from '../../src/private/known-length';

describe('the least length of a text', () => {
  test.each<[unknown, number]>([
    ['abc', 3],
    [{ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':root']] }, 4 + 3 + 6 + 12 + 5],
    [{ Ref: 'AWS::Region' }, 9],
    [{ Ref: 'Parameter' }, 0],
    [{ 'Fn::GetAtt': ['Role', 'Arn'] }, 0],
    [{ 'Fn::Join': ['', ['a', { 'Fn::GetAtt': ['Role', 'Arn'] }]] }, 1],
  ])('of %j is %d', (text, length) => {
    expect(knownLength(text)).toBe(length);
  });
});
