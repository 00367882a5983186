import { type ChannelCheck, type PlatformIo, Rejected } from '../adapter.ts';
import { identifierOf, type JsonObject, objectsOf, textOf } from '../json.ts';
import { askTidio, askTidioFor } from './tidio-request.ts';
import type { TidioSettings } from './tidio-settings.ts';

/** Never throws. Where Tidio delivers to is not to be asked for. */
export async function checkTidio(settings: TidioSettings, io: PlatformIo): Promise<ChannelCheck> {
  try {
    const project = await askTidio('/project', settings, io);
    const accountName = textOf(project.name)?.trim();
    const answer = await askTidioFor('/operators', settings, io);
    const operators = objectsOf(answer?.operators);
    const common = {
      ...(accountName === undefined ? {} : { accountName }),
      facts: operators.slice(0, 20).flatMap(describeOperator),
    };
    const isKnown = operators.some(({ id }) => id === settings.operatorId?.toLowerCase());
    if (settings.operatorId === undefined || operators.length === 0 || isKnown)
      return { ...common, health: 'ok', message: null };
    return {
      ...common,
      health: 'warning',
      message:
        'This Tidio project has no operator with the id in "operatorId": tickets cannot be answered. Set another one.',
    };
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof Rejected)) return { health: 'unknown', message };
    if (error.scope === 'reauthorise') return { health: 'reauthorise', message };
    if (error.scope === 'account') return { health: 'stopped', message };
    return {
      health: 'warning',
      message: 'Tidio did not tell of this project. Check "apiUrl" in the settings.',
    };
  }
}

/** Their ids are shown nowhere in Tidio, and one of them is a setting. */
function describeOperator(operator: JsonObject): NonNullable<ChannelCheck['facts']> {
  const id = identifierOf(operator.id);
  if (id === undefined) return [];
  const name = textOf(operator.name)?.trim() ?? textOf(operator.email)?.trim();
  // Some are called so.
  const isSaid = name === undefined || /^operator\b/i.test(name);
  return [{ name: isSaid ? (name ?? 'Operator') : `Operator ${name}`, value: id }];
}
