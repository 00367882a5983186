import { randomUUID } from 'node:crypto';
import express, { type NextFunction, type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { ErrorBody } from '../../contract/primitives.ts';
import { AppError, Conflict, Forbidden, NotFound, ValidationError } from '../../kit/errors.ts';
import { sameOriginOnly } from './same-origin.ts';
import type { WhatsAppSimulator } from './whatsapp-simulator.ts';

const waId = z.string().regex(/^[1-9]\d{6,14}$/, 'Give the number in digits, with its country code.');
const newMessage = z.strictObject({
  waId,
  name: z.string().trim().min(1).max(100),
  text: z.string().min(1).max(4096),
});
const reading = z.strictObject({ waId });
const maximumCustomers = 500;

export interface SimulatorRoutesOptions {
  /** Further values of `Host` beside loopback, with the port: where the demo is published. */
  readonly allowedHosts?: readonly string[];
}

/** The demo panel's routes under `/simulator/whatsapp`; mount them at the root. They write to the first account. */
export function simulatorRoutes(simulator: WhatsAppSimulator, options: SimulatorRoutesOptions = {}): Router {
  const router = Router();
  const panel = Router();
  router.use('/simulator/whatsapp', sameOriginOnly(options.allowedHosts), panel, answerError);
  const json = express.json({ limit: '32kb' });

  panel.get('/', (_request, response) => {
    const [account] = simulator.accounts;
    if (account === undefined) throw new NotFound('The simulated WhatsApp has no account yet.');
    response.json({
      account: { displayName: account.displayName ?? account.displayPhoneNumber ?? account.phoneNumberId },
      customers: simulator.customers.map(({ waId, name }) => ({ waId, name })),
    });
  });

  panel.post('/messages', json, (request, response) => {
    const { waId, name, text } = read(newMessage, request.body);
    if (!simulator.hasCustomer(waId)) {
      if (simulator.customers.length >= maximumCustomers)
        throw new Conflict(`There are ${maximumCustomers} customers already. Write as one of them.`);
      simulator.addCustomer({ waId, name });
    }
    response.status(201).json({ id: simulator.say(waId, text).id });
  });

  panel.get('/thread/:waId', (request, response) => {
    response.json({ items: simulator.thread(request.params.waId) });
  });

  panel.post('/read', json, (request, response) => {
    // The receipts go out by themselves: the panel does not wait for their acknowledgement.
    void simulator.read(existing(simulator, read(reading, request.body).waId));
    response.status(204).end();
  });
  return router;
}

function existing(simulator: WhatsAppSimulator, waId: string): string {
  if (!simulator.hasCustomer(waId)) throw new NotFound(`No simulated customer has the number ${waId}.`);
  return waId;
}

function read<Output>(schema: z.ZodType<Output>, body: unknown): Output {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const details = result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const [first] = details;
  throw new ValidationError(
    first?.path ? `${first.path}: ${first.message}` : 'The request is not valid.',
    details,
  );
}

function answerError(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  const status = statusOf(error);
  if (response.headersSent || status === undefined) return void next(error);
  const { requestId = randomUUID() } = response.locals as { requestId?: string };
  const known = error instanceof AppError ? error : undefined;
  const body: ErrorBody = {
    error: {
      code: known?.code ?? (status === 413 ? 'too_large' : 'unreadable'),
      message:
        known?.message ??
        (status === 413 ? 'The body is larger than this route takes.' : 'The body is not valid JSON.'),
      requestId,
      ...(known?.details === undefined ? {} : { details: [...known.details] }),
    },
  };
  response.status(status).json(body);
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof ValidationError) return 422;
  if (error instanceof Forbidden) return 403;
  if (error instanceof NotFound) return 404;
  if (error instanceof Conflict) return 409;
  // What the body parser throws.
  const { status } = (error ?? {}) as { status?: unknown };
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
