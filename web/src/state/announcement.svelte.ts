/** What a screen reader is told in passing. */
class Announcement {
  text = $state('')
  #odd = false

  say(text: string): void {
    this.#odd = !this.#odd
    this.text = this.#odd ? text : `${text}\u00a0` // the same words twice are still said twice
  }
}

export const announcement = new Announcement()
