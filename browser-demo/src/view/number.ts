/** Numbers as people read them. */
const whole = new Intl.NumberFormat('en-US')
const oneDigit = new Intl.NumberFormat('en-US', {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: 'negative',
})

export function count(value: number): string {
  return whole.format(value)
}

export function minutes(value: number): string {
  return oneDigit.format(value).replace('-', '−')
}

/** @returns `1 flight`, `2 flights` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}
