const device = {
  bits: 'auto',
  dither: 'none',
  colors: '',
  palette: '',
  rotate: '0',
  invert: false,
} as const

/** The names of the parameters for small devices. */
export const DEVICE_NAMES = Object.keys(device)

/** The part of a look that is for no small device, of a picture that is no clock and has no example. */
export const noDevice = { ...device, frames: 0, loop: 0, example: false } as const
