# Gunicorn reads this where it is started, beside manage.py.
logger_class = "wsis_forum.gunicorn.Logger"
