import { SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { policy } from './aws';
import type { Aws } from './aws';
import { eventually } from './wait';

/** A message of an alarm as SNS delivers it. */
type AlarmMessage = Record<string, unknown>;

/** The messages of a topic, from now on. */
export interface Inbox {
  /** The next message; rejects when none comes. */
  next(): Promise<AlarmMessage>;
  /** All messages that are there, without waiting for more. */
  rest(): Promise<AlarmMessage[]>;
}

/** Subscribes a new queue to a topic. */
export async function inbox(aws: Aws, name: string, topicArn: string): Promise<Inbox> {
  const queueArn = topicArn.replace(':sns:', ':sqs:').replace(/[^:]+$/, name);
  const { QueueUrl } = await aws.sqs.send(new CreateQueueCommand({
    QueueName: name,
    Attributes: {
      Policy: policy({
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
      }),
    },
  }));
  await aws.sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint: queueArn }));

  const receive = async (): Promise<AlarmMessage | undefined> => {
    const { Messages: [message] = [] } = await aws.sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 1 }));
    if (message === undefined) {
      return undefined;
    }
    await aws.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
    return JSON.parse((JSON.parse(message.Body!) as { Message: string }).Message) as AlarmMessage;
  };
  return {
    next: async () => eventually(`a message in the queue '${name}'`, receive),
    rest: async () => {
      const all: AlarmMessage[] = [];
      for (let message = await receive(); message; message = await receive()) {
        all.push(message);
      }
      return all;
    },
  };
}
