"""The terminal UI: a client of the REST API and its events, like the dashboard, for those who live in a terminal.

app.py         the application: six screens, one connection, what every screen can do
live_state.py  what is known of the server, and what each event changes of it; pure
live_link.py   the connection to `/api/events`, lost and found again
themes.py      colors: dark, light, the terminal's own sixteen, none
screens/       one file for each screen; server_screen.py is what they share
widgets/       parts of screens
dialogs/       questions that stand above a screen

Nothing here waits for the server on the UI's own turn: what is asked runs in workers, and what is shown is what is
known.
"""
