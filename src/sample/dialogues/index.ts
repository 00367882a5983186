import type { Dialogue } from '../dialogue.ts';
import { address } from './address.ts';
import { advice } from './advice.ts';
import { bulk } from './bulk.ts';
import { complaints } from './complaints.ts';
import { damaged } from './damaged.ts';
import { delivery } from './delivery.ts';
import { invoices } from './invoices.ts';
import { odd } from './odd.ts';
import { orders } from './orders.ts';
import { refunds } from './refunds.ts';
import { returns } from './returns.ts';
import { showroom } from './showroom.ts';
import { thanks } from './thanks.ts';
import { warranty } from './warranty.ts';
import { wrongItem } from './wrong-item.ts';

export const dialogues: readonly Dialogue[] = [
  ...damaged,
  ...refunds,
  ...delivery,
  ...invoices,
  ...advice,
  ...bulk,
  ...showroom,
  ...warranty,
  ...returns,
  ...wrongItem,
  ...address,
  ...thanks,
  ...complaints,
  ...odd,
  ...orders,
];
