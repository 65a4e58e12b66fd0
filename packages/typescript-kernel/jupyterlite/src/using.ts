/** Whether the engine itself knows `using`. */
export const KNOWS_USING = isValid('{ using nothing = null; }');

function isValid(code: string): boolean {
  try {
    new Function(code);
    return true;
  } catch {
    return false;
  }
}
