import { type ClipboardEvent, type KeyboardEvent, type RefObject, useLayoutEffect } from 'react';
import { isComposing } from '../../ui/is-composing.ts';

interface WritingFieldProps {
  box: RefObject<HTMLTextAreaElement | null>;
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  onSubmit: () => void;
  onBlur?: () => void;
  onPaste?: (event: ClipboardEvent) => void;
}

/** A field that grows with its text. Enter sends, Shift and Enter begin a line. */
export function WritingField({
  box,
  label,
  placeholder,
  value,
  onSubmit,
  onChange,
  ...on
}: WritingFieldProps) {
  // There is no other way to measure that everywhere.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text decides the height
  useLayoutEffect(() => {
    const field = box.current;
    if (!field) return;
    field.style.blockSize = 'auto';
    field.style.blockSize = `${field.scrollHeight}px`;
  }, [box, value]);
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      box.current?.blur();
      return;
    }
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event.nativeEvent)) return;
    event.preventDefault();
    onSubmit();
  };
  return (
    <textarea
      ref={box}
      rows={1}
      dir="auto"
      value={value}
      aria-label={label}
      placeholder={placeholder}
      onChange={event => onChange(event.currentTarget.value)}
      onKeyDown={onKeyDown}
      {...on}
    />
  );
}

/** The count appears when this share of the limit is used. */
const countFrom = 0.8;

export function RoomLeft({
  length,
  limit,
  className,
}: {
  length: number;
  limit: number;
  className?: string;
}) {
  if (length <= limit * countFrom) return null;
  const isOver = length > limit;
  return (
    <span className={className} data-over={isOver || undefined} role={isOver ? 'alert' : undefined}>
      {isOver ? `${(length - limit).toLocaleString()} too many` : `${(limit - length).toLocaleString()} left`}
    </span>
  );
}
