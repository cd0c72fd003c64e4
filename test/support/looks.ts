/** The part of a look that is for no small device. */
export const noDevice = {
  bits: 'auto',
  dither: 'none',
  colors: '',
  palette: '',
  rotate: '0',
  invert: false,
} as const
