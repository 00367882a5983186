const storageKey = 'concierge.signed-out';

/** Whether somebody has signed out here and the server may not know it yet: the cookie still opens their session. */
export function isSignOutOpen(): boolean {
  try {
    return localStorage.getItem(storageKey) !== null;
  } catch {
    return false;
  }
}

export function markSignOut(isOpen: boolean): void {
  try {
    if (isOpen) localStorage.setItem(storageKey, new Date().toISOString());
    else localStorage.removeItem(storageKey);
  } catch {
    // Without a storage a sign-out that did not reach the server cannot be finished after a reload.
  }
}
