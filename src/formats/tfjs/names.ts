/** Names of values that are taken; further ones are made from a wanted name and a number. */
export class Names {
  private readonly taken = new Set<string>();
  /** The last number that was put behind a wanted name: many may want the same. */
  private readonly numbers = new Map<string, number>();

  /** The wanted name, else with a number: one that nobody has, nor is it kept for somebody else. */
  claim(wanted: string, isReserved: (name: string) => boolean): string {
    let name = wanted;
    if (name === '' || this.taken.has(name) || isReserved(name)) {
      let number = this.numbers.get(wanted) ?? 0;
      do name = `${wanted}_${++number}`;
      while (this.taken.has(name) || isReserved(name));
      this.numbers.set(wanted, number);
    }
    this.taken.add(name);
    return name;
  }

  release(name: string): void {
    this.taken.delete(name);
  }
}
