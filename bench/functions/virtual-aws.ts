import { Readable } from 'stream';
import { Quotas } from './quotas';
import type { VirtualClock } from './virtual-clock';
import type { SimulatedAws } from '../../test/functions/simulated-aws';

/** What the SDK hands to its network. */
interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

/** What a client of the SDK has, as far as it is changed here. */
interface Client {
  readonly config: { requestHandler: object };
  send(...call: unknown[]): Promise<unknown>;
}

/** Stands for AWS and the network to it in a time of its own: an answer takes its time, and a call beyond its rate is refused. */
export class VirtualAws {
  public refused = 0;
  public mostAtOnce = 0;
  private atOnce = 0;

  public constructor(
    private readonly clock: VirtualClock,
    private readonly aws: SimulatedAws,
    rates: Readonly<Record<string, number>>,
    private readonly answerMilliseconds: number,
  ) {
    const quotas = new Quotas(rates, () => clock.now);
    aws.fault = ({ action }) => {
      if (quotas.allows(action)) {
        return undefined;
      }
      this.refused += 1;
      return { type: 'ThrottlingException', message: 'Rate exceeded' };
    };
  }

  public async handle({ headers, body }: Request): Promise<object> {
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    await this.clock.wait(this.answerMilliseconds);
    this.atOnce -= 1;
    const input = typeof body === 'string' ? body : new TextDecoder().decode(body);
    const [statusCode, answer] = this.aws.respond({ action: headers['x-amz-target'].split('.')[1], input: JSON.parse(input) })!;
    const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
    return { response: { statusCode, headers: { 'content-type': headers['content-type'] }, body: Readable.from([Buffer.from(text)]) } };
  }
}

/** Has the clients of these classes call what stands for AWS at that moment. All that the SDK does before and after is the SDK's. */
export function connect(clock: VirtualClock, classes: readonly { readonly prototype: object }[], current: () => VirtualAws): void {
  for (const prototype of classes.map((one) => one.prototype as Client)) {
    const { send } = prototype;
    prototype.send = function (this: Client, ...call) {
      this.config.requestHandler = { handle: (request: Request) => current().handle(request) };
      return clock.track(() => send.apply(this, call));
    };
  }
}
