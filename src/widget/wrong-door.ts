/** The fault of a widget that imports the server. */
export const WRONG_DOOR =
  "expected a widget to import from 'imgcast/widget', got 'imgcast', which is for the app that runs the server"
