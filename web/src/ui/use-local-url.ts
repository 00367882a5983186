import { useEffect, useState } from 'react';

/** An address for a file of this browser, for as long as it is shown. */
export function useLocalUrl(file: File): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url;
}
