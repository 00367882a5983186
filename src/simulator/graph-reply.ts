import { type GraphFault, graphErrorBody } from './provider-fault.ts';

export interface GraphReply {
  readonly status: number;
  readonly body: object | Buffer;
  readonly contentType?: string;
}
export function errorReply(fault: GraphFault): GraphReply {
  return { status: fault.status, body: graphErrorBody(fault) };
}
