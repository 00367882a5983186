import type { Alias, Contact } from '../inbound-fact.ts';
import { identifierOf, type JsonObject, textOf } from '../json.ts';
import { aliasesOf, phoneOf, waIdOf } from '../whatsapp/whatsapp-identity.ts';
import { isPhoneNumber } from './sms-settings.ts';

const whatsapp = 'whatsapp:';

/**
 * Who wrote: `phone` is a number as `+351…`; people on WhatsApp are named as there, by `wa_id` and `bsuid`; `address` is
 * anything else that Twilio takes as it gave it (a short code, `rcs:…`). `undefined` when nothing names anybody.
 */
export function contactOf(fields: JsonObject): Contact | undefined {
  const from = identifierOf(fields.From);
  if (from === undefined) return undefined;
  const name = textOf(fields.ProfileName)?.trim();
  const named = name === undefined ? {} : { name };
  if (!from.startsWith(whatsapp))
    return isPhoneNumber(from)
      ? { aliases: [{ kind: 'phone', value: from }], phone: from, ...named }
      : { aliases: [{ kind: 'address', value: from }], ...named };
  const id = from.slice(whatsapp.length);
  const isNumber = isPhoneNumber(id);
  const waId = isNumber ? waIdOf(id) : waIdOf(fields.WaId);
  const aliases = aliasesOf({ waId, bsuid: isNumber ? undefined : identifierOf(id) });
  if (aliases.length === 0) return undefined;
  const phone = phoneOf(waId);
  return { aliases, ...named, ...(phone === undefined ? {} : { phone }) };
}

/** What Twilio calls the recipient; `undefined` when we know none of the addresses that it takes. */
export function recipientOf(to: readonly Alias[]): string | undefined {
  const addressBy = (kind: string) => to.find(alias => alias.kind === kind)?.value;
  const phone = addressBy('phone');
  if (phone !== undefined) return phone;
  const waId = addressBy('wa_id');
  if (waId !== undefined) return `${whatsapp}+${waId}`;
  const bsuid = addressBy('bsuid');
  return bsuid === undefined ? addressBy('address') : `${whatsapp}${bsuid}`;
}

export function isOnWhatsApp(address: string): boolean {
  return address.startsWith(whatsapp);
}
