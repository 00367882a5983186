import { TextInput } from '@mantine/core';
import type { PlaceDraft } from '../composer/drafts.ts';
import { type Field, noPlace, placeFields } from './template-values.ts';
import styles from './templates.module.css';

const labels: Readonly<Record<keyof PlaceDraft, string>> = {
  name: 'Header: name of the place',
  address: 'Header: its address',
  latitude: 'Latitude',
  longitude: 'Longitude',
};
const faults: Readonly<Record<keyof PlaceDraft, string>> = {
  name: 'Fill this in.',
  address: 'Fill this in.',
  latitude: 'Degrees from -90 to 90, such as 38.7223.',
  longitude: 'Degrees from -180 to 180, such as -9.1393.',
};

interface HeaderPlaceProps {
  place: PlaceDraft | undefined;
  onPlace: (place: PlaceDraft) => void;
  /** The fields that are wrong, once somebody has tried. */
  wrong: readonly Field[];
}

/** The place that stands above the template's text. */
export function HeaderPlace({ place = noPlace, onPlace, wrong }: HeaderPlaceProps) {
  return (
    <div className={styles.headerPlace}>
      {placeFields.map(field => {
        const isNumber = field === 'latitude' || field === 'longitude';
        return (
          <TextInput
            key={field}
            data-field={`place ${field}`}
            label={labels[field]}
            dir={isNumber ? 'ltr' : 'auto'}
            inputMode={isNumber ? 'decimal' : 'text'}
            maxLength={isNumber ? 20 : 1000}
            value={place[field]}
            onChange={event => onPlace({ ...place, [field]: event.currentTarget.value })}
            error={wrong.includes(`place ${field}`) ? faults[field] : undefined}
          />
        );
      })}
    </div>
  );
}
