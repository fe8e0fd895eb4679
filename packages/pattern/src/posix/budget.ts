/** Steps of one match. */
export class Budget {
  constructor(private left: number) {}

  /** Takes steps; false where there are not so many left. */
  spend(steps: number): boolean {
    this.left -= steps;
    return this.left >= 0;
  }
}

/** Thrown where a budget is spent, and caught by the matcher. */
export class OutOfSteps extends Error {}
